// SSIMULACRA 2: the three error maps of one component at one scale, and their norms.
//
//   rows of original (a) and decoded (b), collected to bands of 8
//     -> a, b, a*a, b*b, a*b blurred along x      the last 11 rows are kept
//     -> blurred along y, 4 rows behind           means of a, b, a*a, b*b, a*b
//     -> structure, added and lost edges          summed by column, then over the picture
//
// Nothing of the size of the picture is stored, so the working set stays in the cache.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "metrics/ssimulacra2_kernels.hpp"

namespace beholder::ssimulacra2 {

/// Mean and 4-norm of one error map.
struct MapNorms {
  double mean = 0.0;
  double fourth = 0.0;
};

struct ErrorNorms {
  MapNorms structure;    // 1 - SSIM without its luminance denominator
  MapNorms added_edges;  // edges in the decoded picture where the original is smooth: ringing, blocks, bands
  MapNorms lost_edges;   // edges of the original where the decoded picture is smooth: blur
};

class ErrorMaps {
 public:
  ErrorMaps(int width, const RecursiveGaussian& gaussian, const Kernels& kernels);

  /// Takes the next row of both pictures, `width` samples each.
  void add_row(const float* original, const float* decoded);

  /// Ends the picture after its last row and returns the norms.
  [[nodiscard]] ErrorNorms finish();

 private:
  static constexpr std::size_t kMoments = 5;  // a, b, a*a, b*b, a*b
  static constexpr std::size_t kSums = 6;     // sum and sum of 4th powers of the three maps
  // A band is blurred along x when it is full; by then the rows up to 2 N before it may still be needed.
  static constexpr std::size_t kKeptRows = 3 * kBandRows;
  static constexpr long kRowsPerFlush = 64;  // rows summed in single precision before a flush to double
  static_assert(kKeptRows >= kBandRows + 2 * kGaussianRadius);

  [[nodiscard]] float* raw_row(long row, std::size_t picture);
  [[nodiscard]] float* blurred_row(long row, std::size_t moment);
  void blur_band();
  void blur_down_to(long row);
  void flush_column_sums();

  const RecursiveGaussian& gaussian_;
  const Kernels& kernels_;
  std::size_t width_;
  long rows_in_ = 0;
  long rows_done_ = 0;                // rows that the blur along y has taken
  std::vector<float> raw_rows_;       // kKeptRows x {a, b}
  std::vector<float> blurred_rows_;   // kKeptRows x kMoments, blurred along x
  std::vector<float> zero_row_;       // what lies above and below the picture
  std::array<std::vector<float>, 3> tiles_;  // a, b and a product of the band, padded
  std::vector<float> blurred_tile_;
  std::array<std::vector<float>, 2> column_state_;  // kMoments x 3 rows: outputs of even and of odd steps
  std::vector<float> means_;          // kMoments rows
  std::vector<float> column_sums_;    // kSums rows
  std::array<double, kSums> sums_{};
};

}  // namespace beholder::ssimulacra2
