// A JPEG picture between the level search and the bitstream: quantised DCT levels and their tables.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "picture/plane_geometry.hpp"
#include "platform/large_memory.hpp"

namespace beholder {

inline constexpr int kMaxSide = 65535;  // largest width or height that a JPEG frame header holds

/// Steps in zigzag order, 1..255 (a reader also accepts 16-bit tables: 1..65535).
using QuantTable = std::array<std::uint16_t, kBlockSize>;

/// Quantised levels of one component: stored_high x stored_wide blocks, each of 64 levels in zigzag order (DC first, not
/// differenced).
struct Plane : PlaneGeometry {
  int id = 1;           // component identifier in the frame header
  int quant_index = 0;  // 0..3
  LargeVector<std::int16_t> levels;

  [[nodiscard]] const std::int16_t* block(int row, int column) const {
    return levels.data() + (static_cast<std::size_t>(row) * stored_wide + column) * kBlockSize;
  }
  [[nodiscard]] std::int16_t* block(int row, int column) {
    return levels.data() + (static_cast<std::size_t>(row) * stored_wide + column) * kBlockSize;
  }
};

/// A whole picture: 1 component (grey), 3 (YCbCr or RGB) or 4 (CMYK, YCCK).
struct LevelImage {
  int width = 0;   // 1..65535 pixels
  int height = 0;  // 1..65535 pixels
  std::vector<Plane> planes;
  std::array<QuantTable, 4> quant_tables{};  // those that planes name are valid
};

}  // namespace beholder
