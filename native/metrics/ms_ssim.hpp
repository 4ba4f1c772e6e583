// Multi-scale structural similarity of two 8-bit pictures.
//
// Z. Wang, E. Simoncelli, A. Bovik, "Multiscale structural similarity for image quality assessment", Asilomar 2003, in
// the convention of learned compression (pytorch-msssim, CompressAI): each of R, G, B apart, valid windows only, 2 x 2
// means between scales with a row or column of zeros before odd sides.
#pragma once

#include "metrics/rgb_view.hpp"

namespace beholder {

/// Smallest width and height: the coarsest of five scales must hold a window of 11 samples.
inline constexpr int kMsSsimMinSide = 161;

/// The mean over R, G and B of their MS-SSIM, 0..1, in double precision.
/// Throws Error where the sizes differ or a side is below kMsSsimMinSide.
[[nodiscard]] double ms_ssim(RgbView original, RgbView decoded);

}  // namespace beholder
