// Entropy-coded bits of a JPEG scan: most significant bit first, a zero byte stuffed after each 0xFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace beholder {

/// Appends bits to a growing byte vector through a 64-bit accumulator.
class BitWriter {
 public:
  /// Continues after the bytes already in `bytes`, which bytes() or finish() give back.
  explicit BitWriter(std::vector<std::uint8_t> bytes = {});

  /// Appends the low `count` bits of `value`; count is 0..32, bits above `count` must be zero.
  void put(std::uint64_t value, int count) {
    free_bits_ -= count;
    if (free_bits_ >= 0) {
      accumulator_ = (accumulator_ << count) | value;
      return;
    }
    const int spilled = -free_bits_;  // bits of value that do not fit any more
    // count - spilled may be 0..32 and the accumulator is then full.
    write_accumulator((accumulator_ << (count - spilled)) | (value >> spilled));
    accumulator_ = value;  // the bits already written are shifted out before they are looked at
    free_bits_ += 64;
  }

  /// Completes the last byte with ones, as T.81 F.1.2.3 asks.
  void pad();

  /// Appends a byte outside the entropy-coded data (markers): no stuffing. Only after pad() or before any put().
  void raw_byte(std::uint8_t byte);

  /// Ensures room, so that growth does not copy: `size` bytes more.
  void reserve(std::size_t size);

  /// Pads and hands over the bytes; the writer is empty afterwards.
  [[nodiscard]] std::vector<std::uint8_t> finish();

 private:
  void write_accumulator(std::uint64_t bits);
  void grow(std::size_t room);

  std::vector<std::uint8_t> bytes_;  // its size is the room, used_ what is written
  std::size_t used_ = 0;
  std::uint64_t accumulator_ = 0;
  int free_bits_ = 64;
};

}  // namespace beholder
