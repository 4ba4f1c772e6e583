// Magnitude categories and the bits appended to them (T.81 F.1.2.1, Tables F.1 and F.2).
#pragma once

#include <bit>
#include <cstdint>
#include <cstdlib>

namespace beholder {

/// Bits of |value|: the category (SSSS) of a DC difference or an AC level.
[[nodiscard]] inline int magnitude_category(int value) {
  return std::bit_width(static_cast<unsigned>(std::abs(value)));
}

/// The `category` low bits that follow the symbol: the value itself, or value - 1 in two's complement below zero.
[[nodiscard]] inline std::uint32_t magnitude_bits(int value, int category) {
  return static_cast<std::uint32_t>(value + (value >> 31)) & ((1u << category) - 1);
}

}  // namespace beholder
