// Where the blocks of one component lie: sampling factors and numbers of blocks (T.81 A.1.1 and A.2).
#pragma once

#include <algorithm>
#include <cstddef>

namespace beholder {

inline constexpr int kBlockSize = 64;

struct Sampling {
  int horizontal = 1;
  int vertical = 1;
};

[[nodiscard]] constexpr int divide_up(int value, int divisor) { return (value + divisor - 1) / divisor; }

/// Blocks are stored in raster order. A block beyond blocks_wide or blocks_high is padding that completes an MCU:
/// interleaved scans code it, scans of one component do not.
struct PlaneGeometry {
  int horizontal_sampling = 1;  // 1..4
  int vertical_sampling = 1;    // 1..4
  int blocks_wide = 0;          // ceil(ceil(width * h / hmax) / 8)
  int blocks_high = 0;
  int stored_wide = 0;  // blocks_wide, or that rounded up to a multiple of horizontal_sampling
  int stored_high = 0;

  [[nodiscard]] std::size_t block_count() const { return static_cast<std::size_t>(stored_high) * stored_wide; }

  /// Counts the blocks, those that complete MCUs among the stored ones, for a picture of `width` x `height` pixels whose
  /// components have factors up to `largest`.
  void lay_out(int width, int height, Sampling largest) {
    blocks_wide = divide_up(divide_up(width * horizontal_sampling, largest.horizontal), 8);
    blocks_high = divide_up(divide_up(height * vertical_sampling, largest.vertical), 8);
    stored_wide = divide_up(blocks_wide, horizontal_sampling) * horizontal_sampling;
    stored_high = divide_up(blocks_high, vertical_sampling) * vertical_sampling;
  }
};

/// The largest factor in each direction among `planes`, a range of PlaneGeometry.
template <class Planes>
[[nodiscard]] Sampling largest_sampling(const Planes& planes) {
  Sampling largest;
  for (const PlaneGeometry& plane : planes) {
    largest.horizontal = std::max(largest.horizontal, plane.horizontal_sampling);
    largest.vertical = std::max(largest.vertical, plane.vertical_sampling);
  }
  return largest;
}

/// Calls visit(index) for each block of the picture in the order of a scan of this component alone; `index` counts stored
/// blocks.
template <class Visit>
void for_each_picture_block(const PlaneGeometry& plane, Visit&& visit) {
  for (int row = 0; row < plane.blocks_high; ++row) {
    const std::size_t first = static_cast<std::size_t>(row) * plane.stored_wide;
    for (int column = 0; column < plane.blocks_wide; ++column) visit(first + column);
  }
}

/// Calls visit(row, column) for each stored block in the order of an interleaved scan; the planes must store whole MCUs.
template <class Visit>
void for_each_block_by_mcu(const PlaneGeometry& plane, Visit&& visit) {
  for (int row = 0; row < plane.stored_high; row += plane.vertical_sampling) {
    for (int column = 0; column < plane.stored_wide; column += plane.horizontal_sampling) {
      for (int y = 0; y < plane.vertical_sampling; ++y) {
        for (int x = 0; x < plane.horizontal_sampling; ++x) visit(row + y, column + x);
      }
    }
  }
}

}  // namespace beholder
