// From pixels to DCT coefficients: colour conversion, chroma sampling, 8x8 DCT.
#pragma once

#include "picture/coefficients.hpp"
#include "transform/chroma_sampling.hpp"

namespace beholder {

/// Coefficients of `pixels` in JPEG's full-range YCbCr (ITU-T T.871), samples beyond the edge repeated.
///
/// Throws Error as PixelView::check does.
CoefficientImage forward_transform(const PixelView& pixels, const SamplingOptions& options);

}  // namespace beholder
