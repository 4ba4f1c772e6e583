// The zigzag order of ITU-T T.81, Figure A.6.
#pragma once

#include <array>
#include <cstdint>

namespace beholder {

/// kZigzagToNatural[i] is the raster position (8 * vertical + horizontal frequency) of zigzag position i.
inline constexpr std::array<std::uint8_t, 64> kZigzagToNatural = [] {
  std::array<std::uint8_t, 64> order{};
  int row = 0;
  int column = 0;
  for (int i = 0; i < 64; ++i) {
    order[i] = static_cast<std::uint8_t>(8 * row + column);
    const bool upwards = (row + column) % 2 == 0;
    if (upwards) {
      if (column == 7) {
        ++row;
      } else if (row == 0) {
        ++column;
      } else {
        --row;
        ++column;
      }
    } else {
      if (row == 7) {
        ++column;
      } else if (column == 0) {
        ++row;
      } else {
        ++row;
        --column;
      }
    }
  }
  return order;
}();

}  // namespace beholder
