// BitWriter against a bit-by-bit writer, on streams rich in 0xFF bytes.
#include "bitstream/bit_writer.hpp"

#include <cstdio>
#include <random>
#include <vector>

namespace {

/// Packs single bits, pads with ones and stuffs.
std::vector<std::uint8_t> pack(std::vector<bool> bits) {
  while (bits.size() % 8 != 0) bits.push_back(true);
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < bits.size(); i += 8) {
    int byte = 0;
    for (std::size_t j = 0; j < 8; ++j) byte = byte << 1 | (bits[i + j] ? 1 : 0);
    bytes.push_back(static_cast<std::uint8_t>(byte));
    if (byte == 0xFF) bytes.push_back(0);
  }
  return bytes;
}

}  // namespace

int main() {
  std::mt19937 random(11);
  for (int round = 0; round < 3000; ++round) {
    beholder::BitWriter writer;
    std::vector<bool> bits;
    const int puts = static_cast<int>(random() % 400);
    const bool ones = random() % 2 == 0;
    for (int i = 0; i < puts; ++i) {
      const int count = static_cast<int>(random() % 33);
      const std::uint64_t all = (std::uint64_t{1} << count) - 1;
      const std::uint64_t value = (ones && random() % 4 != 0) ? all : random() & all;
      writer.put(value, count);
      for (int bit = count - 1; bit >= 0; --bit) bits.push_back((value >> bit & 1) != 0);
    }
    if (writer.finish() == pack(bits)) continue;
    std::fprintf(stderr, "round %d: bytes differ\n", round);
    return 1;
  }
  return 0;
}
