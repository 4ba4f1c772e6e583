// Runs of blocks whose band ends early, as progressive AC scans code them (T.81 G.1.2.2).
#pragma once

#include <bit>
#include <cstdint>

#include "bitstream/bit_writer.hpp"
#include "bitstream/huffman.hpp"

namespace beholder {

/// Blocks whose band ends here, not yet coded.
class EndOfBandRun {
 public:
  /// One block more; true when the run is as long as a symbol can say and must be flushed.
  [[nodiscard]] bool extend() { return ++blocks_ == kLongest; }

  void count(SymbolCounts& counts) {
    if (blocks_ == 0) return;
    ++counts[(std::bit_width(blocks_) - 1) << 4];
    blocks_ = 0;
  }

  void write(const HuffmanCode& code, BitWriter& writer) {
    if (blocks_ == 0) return;
    const int bits = std::bit_width(blocks_) - 1;
    writer.put(code.bits[bits << 4], code.lengths[bits << 4]);
    writer.put(blocks_ & ((1u << bits) - 1), bits);
    blocks_ = 0;
  }

 private:
  static constexpr std::uint32_t kLongest = 0x7FFF;

  std::uint32_t blocks_ = 0;
};

}  // namespace beholder
