// Bounds-checked reading of marker segments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "platform/error.hpp"

namespace beholder {

/// A position that never passes the end of `bytes`: a file, or a file cut off behind one of its segments, so that
/// positions are always those in the file.
class ByteCursor {
 public:
  ByteCursor(std::span<const std::uint8_t> bytes, std::size_t position) : bytes_(bytes), position_(position) {}

  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] std::size_t left() const { return bytes_.size() - position_; }

  [[nodiscard]] int u8() {
    require(1);
    return bytes_[position_++];
  }

  [[nodiscard]] int u16() {
    require(2);
    const int value = bytes_[position_] << 8 | bytes_[position_ + 1];
    position_ += 2;
    return value;
  }

  /// What is left, without moving.
  [[nodiscard]] std::span<const std::uint8_t> rest() const { return bytes_.subspan(position_); }

  [[nodiscard]] std::span<const std::uint8_t> take(std::size_t count) {
    require(count);
    position_ += count;
    return bytes_.subspan(position_ - count, count);
  }

 private:
  void require(std::size_t count) const {
    if (left() >= count) return;
    throw Error("the segment ends at byte " + std::to_string(bytes_.size()) + ", where " + std::to_string(count) +
                " bytes are needed from byte " + std::to_string(position_) + " on");
  }

  std::span<const std::uint8_t> bytes_;
  std::size_t position_;
};

}  // namespace beholder
