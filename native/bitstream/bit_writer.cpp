#include "bitstream/bit_writer.hpp"

#include <algorithm>
#include <utility>

namespace beholder {
namespace {

constexpr std::size_t kMaxWrite = 16;  // bytes of a full accumulator, each with a stuffed byte

bool has_ff_byte(std::uint64_t bytes) {
  // Adding 1 to the low seven bits of a byte carries into its top bit only when all seven are set.
  const std::uint64_t low_full = (bytes & 0x7F7F7F7F7F7F7F7Full) + 0x0101010101010101ull;
  return (bytes & low_full & 0x8080808080808080ull) != 0;
}

}  // namespace

BitWriter::BitWriter(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)), used_(bytes_.size()) {}

void BitWriter::write_accumulator(std::uint64_t bits) {
  if (bytes_.size() - used_ < kMaxWrite) grow(kMaxWrite);
  std::uint8_t* out = bytes_.data() + used_;
  if (!has_ff_byte(bits)) {
    for (int i = 0; i < 8; ++i) out[i] = static_cast<std::uint8_t>(bits >> (56 - 8 * i));
    used_ += 8;
    return;
  }
  for (int i = 0; i < 8; ++i) {
    const auto byte = static_cast<std::uint8_t>(bits >> (56 - 8 * i));
    *out++ = byte;
    if (byte == 0xFF) *out++ = 0;
  }
  used_ = static_cast<std::size_t>(out - bytes_.data());
}

void BitWriter::pad() {
  const int bits = 64 - free_bits_;
  const int padding = (8 - bits % 8) % 8;
  put((1u << padding) - 1, padding);
  const int bytes = (64 - free_bits_) / 8;
  if (bytes_.size() - used_ < kMaxWrite) grow(kMaxWrite);
  for (int i = bytes - 1; i >= 0; --i) {
    const auto byte = static_cast<std::uint8_t>(accumulator_ >> (8 * i));
    bytes_[used_++] = byte;
    if (byte == 0xFF) bytes_[used_++] = 0;
  }
  accumulator_ = 0;
  free_bits_ = 64;
}

void BitWriter::raw_byte(std::uint8_t byte) {
  if (bytes_.size() == used_) grow(kMaxWrite);
  bytes_[used_++] = byte;
}

void BitWriter::reserve(std::size_t size) {
  if (bytes_.size() - used_ < size) bytes_.resize(used_ + size);
}

void BitWriter::grow(std::size_t room) { bytes_.resize(std::max(used_ + room, used_ + used_ / 2)); }

std::vector<std::uint8_t> BitWriter::finish() {
  pad();
  bytes_.resize(used_);
  used_ = 0;
  return std::exchange(bytes_, {});
}

}  // namespace beholder
