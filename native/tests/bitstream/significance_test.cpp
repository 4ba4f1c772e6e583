// The vector form of significance_mask against its plain twin.
#include "bitstream/significance.hpp"

#include <array>
#include <cstdio>
#include <random>

int main() {
  std::mt19937 random(7);
  std::uniform_int_distribution<int> any(-32768, 32767);
  std::uniform_int_distribution<int> percent(0, 99);
  for (int round = 0; round < 20000; ++round) {
    std::array<std::int16_t, beholder::kBlockSize> block{};
    const int density = percent(random);
    const int bits = percent(random) % 16;
    for (std::int16_t& level : block) {
      if (percent(random) < density) level = static_cast<std::int16_t>(any(random) >> bits);
    }
    if (round % 100 == 0) block[round / 100 % beholder::kBlockSize] = -32768;
    for (int al = 0; al <= beholder::kMaxPointTransform; ++al) {
      const auto expected = beholder::significance_mask_plain(block.data(), al);
      const auto got = beholder::significance_mask(block.data(), al);
      if (got == expected) continue;
      std::fprintf(stderr, "round %d, al %d: %llx, plain %llx\n", round, al, static_cast<unsigned long long>(got),
                   static_cast<unsigned long long>(expected));
      return 1;
    }
  }
  return 0;
}
