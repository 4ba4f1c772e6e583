// What symbols are expected to cost: the rate term of the level search.
#pragma once

#include <array>

#include "bitstream/huffman.hpp"
#include "picture/level_image.hpp"

namespace beholder {

inline constexpr int kAcSizes = 10;  // baseline: |level| <= 1023
inline constexpr int kDcSizes = 12;  // baseline: |difference| <= 2047

/// Costs of the AC symbols of one band of one component, in any unit (the search uses lambda * bits).
struct AcRates {
  /// token[size - 1][run]: `run` zeros (0..62, with the ZRL symbols that they need) and a level of `size` bits.
  std::array<std::array<float, kBlockSize>, kAcSizes> token{};
  /// least_from[size - 1][run]: the least of token[size - 1] for this run and every longer one.
  std::array<std::array<float, kBlockSize>, kAcSizes> least_from{};
  /// The least that a level of size 1 adds to the rate, wherever it stands but at the end of the band. One that gains
  /// less than this in distortion is never chosen.
  float least_insertion = 0.0F;
  /// The same at the last position of the band, where a level saves the end of the block.
  float least_insertion_at_end = 0.0F;
  float end_of_block = 0.0F;  // of a block with levels that ends before the band does
  float empty_block = 0.0F;   // of a block without levels in the band
};

/// Costs of DC differences by size, appended bits included.
using DcRates = std::array<float, kDcSizes>;

/// Ideal code lengths (-log2 of the share) of the 256 symbols; one that never occurred costs as if it had half a time.
std::array<float, kSymbols> symbol_bits(const SymbolCounts& counts);

/// Rates of a sequential scan's AC symbols, `unit` for each bit.
AcRates sequential_ac_rates(const SymbolCounts& counts, float unit);

/// Rates of a progressive first scan of a band. EOB runs: a run's symbol is charged to the block that starts it.
AcRates progressive_ac_rates(const SymbolCounts& counts, float unit);

/// Rates of DC differences, `unit` for each bit.
DcRates dc_rates(const SymbolCounts& counts, float unit);

}  // namespace beholder
