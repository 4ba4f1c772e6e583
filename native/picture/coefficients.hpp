// DCT coefficients before quantisation: what the level search approximates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "picture/level_image.hpp"

namespace beholder {

/// Coefficients are stored in steps of 1 / kCoefficientScale of the orthonormal 8x8 DCT that JPEG uses, so that 8-bit
/// samples (at most +-1024 a coefficient) fill 15 bits and storage costs 2 bytes a sample.
inline constexpr int kCoefficientScale = 16;

/// One such step in units of that DCT.
inline constexpr float kCoefficientUnit = 1.0F / kCoefficientScale;

/// Coefficients of one component, laid out as the levels in `Plane`: blocks in raster order, zigzag order inside.
struct CoefficientPlane : PlaneGeometry {
  LargeVector<std::int16_t> values;  // stored_high * stored_wide * 64

  [[nodiscard]] const std::int16_t* row(int block_row) const {
    return values.data() + static_cast<std::size_t>(block_row) * stored_wide * kBlockSize;
  }
  [[nodiscard]] std::int16_t* row(int block_row) {
    return values.data() + static_cast<std::size_t>(block_row) * stored_wide * kBlockSize;
  }
};

/// All components of a picture of `width` x `height` pixels.
struct CoefficientImage {
  int width = 0;
  int height = 0;
  std::vector<CoefficientPlane> planes;

  CoefficientImage() = default;
  CoefficientImage(CoefficientImage&&) = default;
  CoefficientImage& operator=(CoefficientImage&&) = default;
};

/// Planes without values for a picture of this size and these sampling factors of its components.
CoefficientImage allocate_coefficients(int width, int height, const std::vector<Sampling>& sampling);

/// Every `stride`th row of MCUs, the first among them: a smaller picture of much the same statistics. Throws Error for a
/// stride below 1.
CoefficientImage sample_mcu_rows(const CoefficientImage& image, int stride);

/// Planes as those of `image` with these values, component by component: as many as it has. Throws Error otherwise.
CoefficientImage with_values(const CoefficientImage& image, const std::vector<std::span<const std::int16_t>>& values);

/// The coefficients that a decoder reconstructs from `levels`, clamped to what 8-bit samples can reach (+-2047).
CoefficientImage dequantise(const LevelImage& levels);

/// The mean sample of a block, level-shifted: the DC coefficient is 8 times it.
[[nodiscard]] inline float block_mean(const CoefficientPlane& plane, int row, int column) {
  constexpr float kMeanOfDc = kCoefficientUnit / 8.0F;
  return kMeanOfDc * static_cast<float>(plane.row(row)[static_cast<std::size_t>(column) * kBlockSize]);
}

/// Mean squared difference of a block's mean to its four neighbours'; at the edge the block is its own neighbour.
[[nodiscard]] float neighbour_difference(const CoefficientPlane& plane, int row, int column);

}  // namespace beholder
