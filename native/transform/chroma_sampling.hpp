// Chroma at a lower resolution than luma, for decoders that raise it by a triangle filter.
#pragma once

#include <array>

#include "platform/large_memory.hpp"
#include "transform/color_conversion.hpp"

namespace beholder {

enum class Subsampling { k444, k422, k420 };

struct SamplingOptions {
  Subsampling subsampling = Subsampling::k420;
  /// Chroma samples that minimise the squared error after the decoder's triangle ("fancy") upsampling; without it
  /// they are the means of the pixels that they stand for.
  bool fitted_chroma = true;
  /// Lets luma take up the part of the chroma sampling error that it can, in the sense of squared RGB error.
  bool compensate_luma = true;
  int threads = 1;
};

/// Rows of floats with one allocation.
struct FloatPlane {
  int width = 0;
  int height = 0;
  LargeVector<float> values;

  FloatPlane(int plane_width, int plane_height)
      : width(plane_width), height(plane_height), values(static_cast<std::size_t>(plane_width) * plane_height) {}
  [[nodiscard]] float* row(int y) { return values.data() + static_cast<std::size_t>(y) * width; }
  [[nodiscard]] const float* row(int y) const { return values.data() + static_cast<std::size_t>(y) * width; }
};

/// Cb and Cr at their own resolution.
[[nodiscard]] std::array<FloatPlane, 2> sample_chroma(const PixelView& pixels, const SamplingOptions& options);

/// Takes off a row of `width` pixels what the decoder's upsampling makes of the samples in row y.
void subtract_upsampled(const FloatPlane& sampled, int y, const SamplingOptions& options, int width, float* row);

/// What chroma sampling alone costs, before anything is quantised: mean squared RGB error over pixels and channels, measured
/// on one row in eight. 0 for grey and 4:4:4. Throws Error as PixelView::check does.
double chroma_sampling_error(const PixelView& pixels, const SamplingOptions& options);

}  // namespace beholder
