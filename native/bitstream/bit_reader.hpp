// Bits of one entropy-coded interval, and the interval itself without its stuffed bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace beholder {

/// The entropy-coded bytes between two markers.
struct EntropyInterval {
  /// Zero bytes behind the data, more than one MCU of 10 blocks can consume (64 codes of 16 bits and 15 appended bits
  /// a block): the decoder may check for overrun once an MCU.
  static constexpr std::size_t kPadding = 4096;

  std::vector<std::uint8_t> bytes;  // without stuffed zeros, then kPadding zeros
  std::size_t size = 0;             // bytes without the padding
  std::size_t begin = 0;            // position in the file
  std::size_t end = 0;              // position of the marker that ends it, or the size of the file

  /// Takes the interval that begins at `begin`, reusing the memory of `bytes`.
  void load(std::span<const std::uint8_t> file, std::size_t begin);

  /// Position in the file of an unstuffed byte.
  [[nodiscard]] std::size_t file_position(std::span<const std::uint8_t> file, std::size_t index) const;
};

/// Reads most significant bit first. Never touches memory beyond the padding as long as the caller checks overrun()
/// at least once an MCU.
class BitReader {
 public:
  explicit BitReader(const EntropyInterval& interval)
      : begin_(interval.bytes.data()), next_(begin_), size_bits_(interval.size * 8) {}

  /// Makes at least 56 bits available.
  void refill() {
    std::uint64_t bytes = 0;
    for (int i = 0; i < 8; ++i) bytes = bytes << 8 | next_[i];
    bits_ |= bytes >> available_;
    next_ += (63 - available_) >> 3;
    available_ |= 56;
  }

  /// The next `count` bits, 1..32, without consuming them; they must be available.
  [[nodiscard]] std::uint32_t peek(int count) const { return static_cast<std::uint32_t>(bits_ >> (64 - count)); }

  void skip(int count) {
    bits_ <<= count;
    available_ -= count;
  }

  /// Consumes 0..32 available bits.
  std::uint32_t take(int count) {
    const auto value = static_cast<std::uint32_t>(bits_ >> 1 >> (63 - count));  // two shifts: count may be 0
    skip(count);
    return value;
  }

  /// Consumes one bit, available or not.
  std::uint32_t take_bit() {
    if (available_ == 0) refill();
    return take(1);
  }

  [[nodiscard]] std::uint64_t consumed_bits() const {
    return static_cast<std::uint64_t>(next_ - begin_) * 8 - static_cast<std::uint64_t>(available_);
  }

  /// True when more bits have been consumed than the interval holds.
  [[nodiscard]] bool overrun() const { return consumed_bits() > size_bits_; }

  [[nodiscard]] std::uint64_t left_bits() const { return size_bits_ - consumed_bits(); }

 private:
  const std::uint8_t* begin_;
  const std::uint8_t* next_;
  std::uint64_t size_bits_;
  std::uint64_t bits_ = 0;  // the next bits from the top; those below the available ones may be set already
  int available_ = 0;       // 0..63
};

}  // namespace beholder
