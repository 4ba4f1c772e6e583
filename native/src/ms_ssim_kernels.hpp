// MS-SSIM: the inner loops. All of them are element by element, so wider vectors do not change a bit of the result.
#pragma once

#include <array>
#include <cstddef>

namespace beholder::ms_ssim_kernels {

inline constexpr std::size_t kTaps = 11;  // of the Gaussian window, sigma 1.5

struct Kernels {
  /// Four rows of `width`: a, b, a*a + b*b, a*b.
  void (*multiply)(const float* a, const float* b, std::size_t width, double* products);
  /// `windowed[x]` from `row[x .. x + 10]`.
  void (*window_along_x)(const double* row, std::size_t windows, double* windowed);
  /// `windowed[x]` from `rows[0][x] .. rows[10][x]`.
  void (*window_along_y)(const std::array<const double*, kTaps>& rows, std::size_t windows, double* windowed);
  /// Adds similarity (first row of `sums`) and contrast (second row) of the four windowed moments.
  void (*add_scores)(const double* moments, std::size_t windows, double* sums);
};

[[nodiscard]] const Kernels& fastest_kernels();

}  // namespace beholder::ms_ssim_kernels
