// SSIMULACRA 2: the inner loops, with every rounding of the reference.
//
// The reference's recursive blur has its poles on the unit circle, so the rounding of each step stays in its state and
// drifts. That drift is a part of the published scores (0.02 at a score of 75, 0.5 at 92), so these loops round where
// the reference rounds: single precision, fused multiply-adds where it has them, the same order. Fused operations are
// exactly rounded by definition; hence the portable loops and those for processors with such an instruction return the
// same bits.
#pragma once

#include <array>
#include <cstddef>

#include "metrics/ssimulacra2.hpp"
#include "metrics/ssimulacra2_gaussian.hpp"

namespace beholder::ssimulacra2 {

inline constexpr std::size_t kBandRows = 8;  // rows that are blurred side by side

/// Samples of kBandRows rows, column by column: row r of column x is at [x * kBandRows + r].
/// kTilePadding columns of zeros precede column 0 and follow the last one.
inline constexpr std::size_t kTilePadding = 2 * kGaussianRadius;

/// Blur along y of one quantity: the two last outputs of each cosine, and where to add them up.
struct ColumnBlur {
  const float* above = nullptr;  // row n - N - 1
  const float* below = nullptr;  // row n + N - 1
  std::array<float*, kGaussianTerms> last{};          // y[n - 1]
  std::array<float*, kGaussianTerms> last_but_one{};  // y[n - 2], overwritten by y[n]
  float* blurred = nullptr;
};

/// One row of both pictures and its blurred moments.
struct MomentRows {
  const float* a = nullptr;  // original
  const float* b = nullptr;  // decoded
  const float* mean_a = nullptr;
  const float* mean_b = nullptr;
  const float* mean_aa = nullptr;
  const float* mean_bb = nullptr;
  const float* mean_ab = nullptr;
};

/// By column: sums and sums of 4th powers of structure error, added edges and lost edges.
using ErrorColumns = std::array<float*, 6>;

struct Kernels {
  /// A row of linear light (R, G, B) to X, Y and B - Y, shifted and scaled so that each is about 0..1.
  void (*xyb_row)(const std::array<const float*, 3>& linear, std::size_t width, const std::array<float*, 3>& xyb);

  /// Blurs a tile along x; `tile` points at column 0 of a padded tile, `blurred` at a tile without padding.
  void (*blur_tile)(const RecursiveGaussian& gaussian, const float* tile, std::size_t width, float* blurred);

  /// One step of the blur along y.
  void (*blur_columns)(const RecursiveGaussian& gaussian, const ColumnBlur& step, std::size_t width);

  /// Adds the errors of one row to the sums by column.
  void (*add_errors)(const MomentRows& rows, std::size_t width, const ErrorColumns& columns);
};

[[nodiscard]] const Kernels& kernels_for(Instructions instructions);

}  // namespace beholder::ssimulacra2
