// From pixels to DCT coefficients: colour conversion, chroma sampling, 8x8 DCT.
#pragma once

#include <cstddef>
#include <cstdint>

#include "beholder/coefficients.hpp"

namespace beholder {

/// 8-bit pixels in memory that somebody else owns: grey (1 channel) or sRGB (3 channels, interleaved).
struct PixelView {
  const std::uint8_t* data = nullptr;
  int width = 0;
  int height = 0;
  int channels = 3;
  std::ptrdiff_t row_stride = 0;  // bytes from a row to the next
};

enum class Subsampling { k444, k422, k420 };

struct ForwardOptions {
  Subsampling subsampling = Subsampling::k420;
  /// Chroma samples that minimise the squared error after the decoder's triangle ("fancy") upsampling; without it
  /// they are the means of the pixels that they stand for.
  bool fitted_chroma = true;
  /// Lets luma take up the part of the chroma sampling error that it can, in the sense of squared RGB error.
  bool compensate_luma = true;
  int threads = 1;
};

/// Coefficients of `pixels` in JPEG's full-range YCbCr (ITU-T T.871), samples beyond the edge repeated.
///
/// Throws Error for a size outside 1..65535 or another number of channels than 1 and 3.
CoefficientImage forward_transform(const PixelView& pixels, const ForwardOptions& options);

/// What chroma sampling alone costs, before anything is quantised: mean squared RGB error over pixels and channels, measured
/// on one row in eight. 0 for grey and 4:4:4. Throws as forward_transform does.
double chroma_sampling_error(const PixelView& pixels, const ForwardOptions& options);

}  // namespace beholder
