// The geometry of a frame: block counts from sampling factors, MCUs, padding, and what a LevelImage must satisfy.
#pragma once

#include <span>

#include "picture/level_image.hpp"

namespace beholder {

inline constexpr int kMaxComponents = 4;
inline constexpr int kMaxBlocksInMcu = 10;  // T.81 B.2.3
inline constexpr int kMaxAcLevel = 1023;    // magnitude category 10, T.81 Table F.2
inline constexpr int kMaxDcLevel = 2047;
inline constexpr int kMaxDcCategory = 11;   // T.81 Table F.1

struct McuGrid {
  int wide = 0;
  int high = 0;
};

/// Number of MCUs of a scan that interleaves components of the image (not those of a scan of one component).
[[nodiscard]] McuGrid interleaved_mcus(const LevelImage& image);

/// Sets blocks_wide/high and stored_wide/high of every plane from the image's size and the sampling factors, and
/// sizes its levels (zeros). Throws Error for sizes or sampling factors that a frame header cannot hold.
void lay_out_planes(LevelImage& image);

/// Fills the blocks beyond blocks_wide and blocks_high so that they cost least in an interleaved scan: no AC levels,
/// the DC level of the block coded before them.
void fill_padding(Plane& plane);

/// Blocks of all components, without padding, from the image's size and the sampling factors alone.
[[nodiscard]] std::uint64_t count_blocks(const LevelImage& image);

/// Throws Error unless sizes, sampling, identifiers, tables and plane dimensions agree with each other.
void check_frame(const LevelImage& image);

/// True when a scan may interleave these components (indices into image.planes): at most 10 blocks an MCU, and the
/// planes store the blocks that complete the MCUs.
[[nodiscard]] bool can_interleave(const LevelImage& image, std::span<const int> components);

/// Calls visit(slot, row, column) for the blocks of one MCU of an interleaved scan; slot indexes `components`.
template <class Visit>
void for_each_block_of_mcu(const LevelImage& image, std::span<const int> components, int mcu_row, int mcu_column,
                           Visit&& visit) {
  for (int slot = 0; slot < static_cast<int>(components.size()); ++slot) {
    const int h = image.planes[components[slot]].horizontal_sampling;
    const int v = image.planes[components[slot]].vertical_sampling;
    for (int y = 0; y < v; ++y) {
      for (int x = 0; x < h; ++x) visit(slot, mcu_row * v + y, mcu_column * h + x);
    }
  }
}

/// Calls visit(slot, row, column) for every block of a scan over `components` in coding order; slot indexes
/// `components`. A scan of one component codes no padding.
template <class Visit>
void for_each_block(const LevelImage& image, std::span<const int> components, Visit&& visit) {
  if (components.size() == 1) {
    const Plane& plane = image.planes[components[0]];
    for (int row = 0; row < plane.blocks_high; ++row) {
      for (int column = 0; column < plane.blocks_wide; ++column) visit(0, row, column);
    }
    return;
  }
  const McuGrid grid = interleaved_mcus(image);
  for (int mcu_row = 0; mcu_row < grid.high; ++mcu_row) {
    for (int mcu_column = 0; mcu_column < grid.wide; ++mcu_column) {
      for_each_block_of_mcu(image, components, mcu_row, mcu_column, visit);
    }
  }
}

}  // namespace beholder
