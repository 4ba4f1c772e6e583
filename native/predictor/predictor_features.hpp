// What the compact predictor of block sensitivities sees of a picture.
#pragma once

#include <cstddef>
#include <vector>

#include "picture/coefficients.hpp"

namespace beholder {

/// Values of `channels` numbers a place, channels contiguous, places in raster order.
struct FeatureMap {
  int rows = 0;
  int columns = 0;
  int channels = 0;
  std::vector<float> values;

  FeatureMap() = default;
  FeatureMap(int high, int wide, int deep)
      : rows(high), columns(wide), channels(deep), values(static_cast<std::size_t>(high) * wide * deep) {}

  [[nodiscard]] const float* at(int row, int column) const {
    return values.data() + (static_cast<std::size_t>(row) * columns + column) * channels;
  }
  [[nodiscard]] float* at(int row, int column) {
    return values.data() + (static_cast<std::size_t>(row) * columns + column) * channels;
  }
};

inline constexpr int kMeasures = 13;  // of a luma block; docs at measure_blocks
inline constexpr int kPositions = 7;  // of a cell; docs at describe_cells

/// 13 measures a luma block, sample values and their squares: means of Y, Cb, Cr; luma energy in horizontal,
/// vertical and diagonal low frequencies, zigzag 8-15, 16-31, 32-63; mean squared difference of the mean to the four
/// neighbours' for Y and for Cb + Cr; AC energy of Cb and of Cr. Chroma is that of the block a luma block lies under,
/// zero in grey pictures.
FeatureMap measure_blocks(const CoefficientImage& coefficients, int threads);

/// Blocks along the side of a cell, so that the shorter side of the picture has about 36 cells: networks resize
/// pictures to a fixed size, so what an object looks like in cells does not depend on the picture's pixels.
int cell_side(int width, int height);

/// Measures brought to about -1..2: means divided, energies as logarithms.
void compress_measures(const float* measures, float* compressed);

/// 20 numbers a cell: its mean measures, compressed; then |u|, v, |v|, the distance to the centre in units of the central
/// square, whether classifiers' central crop holds it, the picture's aspect, and its size; (u, v) is the cell's centre from
/// the picture's, in units of the shorter side.
FeatureMap describe_cells(const FeatureMap& measures, int width, int height, int side);

}  // namespace beholder
