// The symbols of DC differences and AC levels: a magnitude category, for AC behind a run of zeros, and the bits appended to
// it (T.81 F.1.2, Tables F.1 and F.2).
#pragma once

#include <bit>
#include <cstdint>
#include <cstdlib>

#include "bitstream/bit_writer.hpp"
#include "bitstream/huffman.hpp"

namespace beholder {

inline constexpr int kEndOfBlock = 0x00;
inline constexpr int kZeroRun = 0xF0;  // ZRL: sixteen zeros

/// The category of a magnitude, 0 or more: its bits.
[[nodiscard]] inline int category_of_magnitude(int magnitude) { return std::bit_width(static_cast<unsigned>(magnitude)); }

/// The category (SSSS) of a DC difference or an AC level.
[[nodiscard]] inline int magnitude_category(int value) { return category_of_magnitude(std::abs(value)); }

/// The `category` low bits that follow the symbol: the value itself, or value - 1 in two's complement below zero.
[[nodiscard]] inline std::uint32_t magnitude_bits(int value, int category) {
  return static_cast<std::uint32_t>(value + (value >> 31)) & ((1u << category) - 1);
}

/// Counts the symbols of an AC level of `category` bits behind `zeros` zeros.
[[gnu::always_inline]] inline void count_level(SymbolCounts& counts, int zeros, int category) {
  for (; zeros > 15; zeros -= 16) ++counts[kZeroRun];
  ++counts[zeros << 4 | category];
}

/// Writes the symbols of a level behind `zeros` zeros, or those of a DC difference, behind none.
[[gnu::always_inline]] inline void write_level(int zeros, int level, const HuffmanCode& code, BitWriter& writer) {
  for (; zeros > 15; zeros -= 16) writer.put(code.bits[kZeroRun], code.lengths[kZeroRun]);
  const int category = magnitude_category(level);
  const int symbol = zeros << 4 | category;
  writer.put(std::uint64_t{code.bits[symbol]} << category | magnitude_bits(level, category),
             code.lengths[symbol] + category);
}

}  // namespace beholder
