// How much of an error a block hides: weights by block from the picture's own activity.
#pragma once

#include <vector>

#include "picture/coefficients.hpp"

namespace beholder {

/// a = (1 + activity / knee)^-exponent, where activity is the mean squared AC coefficient of a luma block plus
/// `step_share` times the mean squared difference of its mean to those of its four neighbours (sample values squared).
/// SSIM divides errors by the local variance; so do, roughly, people.
struct MaskingModel {
  float knee = 100.0F;
  float luma_exponent = 0.5F;
  float chroma_exponent = 0.3F;  // on the mean activity of the luma blocks that a chroma block covers
  float step_share = 1.0F;
};

/// One weight (0..1) a stored block for every component; component 0 is luma. Throws Error for a model whose numbers are
/// negative or not finite, or whose knee is 0.
std::vector<std::vector<float>> masking_weights(const CoefficientImage& coefficients, const MaskingModel& model,
                                                int threads);

}  // namespace beholder
