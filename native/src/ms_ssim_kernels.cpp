#include "ms_ssim_kernels.hpp"

namespace beholder::ms_ssim_kernels {
namespace {

// exp(-d^2 / (2 * 1.5^2)) for distances d of 0..5 samples, divided by the sum over -5..5.
constexpr double kTap0 = 0.26601172486179436;
constexpr double kTap1 = 0.2130055377112537;
constexpr double kTap2 = 0.10936068950970002;
constexpr double kTap3 = 0.03600077212843083;
constexpr double kTap4 = 0.007598758135239185;
constexpr double kTap5 = 0.00102838008447911;

constexpr double kC1 = (0.01 * 255.0) * (0.01 * 255.0);  // Wang et al., K1 = 0.01, K2 = 0.03, range 255
constexpr double kC2 = (0.03 * 255.0) * (0.03 * 255.0);

[[gnu::always_inline]] inline void multiply_loop(const float* __restrict a, const float* __restrict b,
                                                 std::size_t width, double* __restrict out_a,
                                                 double* __restrict out_b, double* __restrict squares,
                                                 double* __restrict product) {
  for (std::size_t x = 0; x < width; ++x) {
    const double sample_a = a[x];
    const double sample_b = b[x];
    out_a[x] = sample_a;
    out_b[x] = sample_b;
    squares[x] = sample_a * sample_a + sample_b * sample_b;
    product[x] = sample_a * sample_b;
  }
}

[[gnu::always_inline]] inline void window_along_x_loop(const double* __restrict row, std::size_t windows,
                                                       double* __restrict windowed) {
  for (std::size_t x = 0; x < windows; ++x) {
    windowed[x] = kTap5 * (row[x] + row[x + 10]) + kTap4 * (row[x + 1] + row[x + 9]) +
                  kTap3 * (row[x + 2] + row[x + 8]) + kTap2 * (row[x + 3] + row[x + 7]) +
                  kTap1 * (row[x + 4] + row[x + 6]) + kTap0 * row[x + 5];
  }
}

[[gnu::always_inline]] inline void window_along_y_loop(
    const double* __restrict r0, const double* __restrict r1, const double* __restrict r2, const double* __restrict r3,
    const double* __restrict r4, const double* __restrict r5, const double* __restrict r6, const double* __restrict r7,
    const double* __restrict r8, const double* __restrict r9, const double* __restrict r10, std::size_t windows,
    double* __restrict windowed) {
  for (std::size_t x = 0; x < windows; ++x) {
    windowed[x] = kTap5 * (r0[x] + r10[x]) + kTap4 * (r1[x] + r9[x]) + kTap3 * (r2[x] + r8[x]) +
                  kTap2 * (r3[x] + r7[x]) + kTap1 * (r4[x] + r6[x]) + kTap0 * r5[x];
  }
}

[[gnu::always_inline]] inline void add_scores_loop(const double* __restrict mean_a, const double* __restrict mean_b,
                                                   const double* __restrict mean_squares,
                                                   const double* __restrict mean_product, std::size_t windows,
                                                   double* __restrict similarity, double* __restrict contrast) {
  for (std::size_t x = 0; x < windows; ++x) {
    const double squared_means = mean_a[x] * mean_a[x] + mean_b[x] * mean_b[x];
    const double product_of_means = mean_a[x] * mean_b[x];
    const double covariance = mean_product[x] - product_of_means;
    const double variances = mean_squares[x] - squared_means;
    const double structure = (2.0 * covariance + kC2) / (variances + kC2);
    contrast[x] += structure;
    similarity[x] += (2.0 * product_of_means + kC1) / (squared_means + kC1) * structure;
  }
}

namespace portable {

void multiply(const float* a, const float* b, std::size_t width, double* products) {
  multiply_loop(a, b, width, products, products + width, products + 2 * width, products + 3 * width);
}

void window_along_x(const double* row, std::size_t windows, double* windowed) {
  window_along_x_loop(row, windows, windowed);
}

void window_along_y(const std::array<const double*, kTaps>& rows, std::size_t windows, double* windowed) {
  window_along_y_loop(rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], rows[6], rows[7], rows[8], rows[9],
                      rows[10], windows, windowed);
}

void add_scores(const double* moments, std::size_t windows, double* sums) {
  add_scores_loop(moments, moments + windows, moments + 2 * windows, moments + 3 * windows, windows, sums,
                  sums + windows);
}

constexpr Kernels kKernels = {multiply, window_along_x, window_along_y, add_scores};

}  // namespace portable

#if defined(__x86_64__) && defined(__GNUC__)

namespace avx2 {

[[gnu::target("avx2")]] void multiply(const float* a, const float* b, std::size_t width, double* products) {
  multiply_loop(a, b, width, products, products + width, products + 2 * width, products + 3 * width);
}

[[gnu::target("avx2")]] void window_along_x(const double* row, std::size_t windows, double* windowed) {
  window_along_x_loop(row, windows, windowed);
}

[[gnu::target("avx2")]] void window_along_y(const std::array<const double*, kTaps>& rows, std::size_t windows, double* windowed) {
  window_along_y_loop(rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], rows[6], rows[7], rows[8], rows[9],
                      rows[10], windows, windowed);
}

[[gnu::target("avx2")]] void add_scores(const double* moments, std::size_t windows, double* sums) {
  add_scores_loop(moments, moments + windows, moments + 2 * windows, moments + 3 * windows, windows, sums,
                  sums + windows);
}

constexpr Kernels kKernels = {multiply, window_along_x, window_along_y, add_scores};

}  // namespace avx2

#endif

}  // namespace

const Kernels& fastest_kernels() {
#if defined(__x86_64__) && defined(__GNUC__)
  if (__builtin_cpu_supports("avx2")) {
    return avx2::kKernels;
  }
#endif
  return portable::kKernels;
}

}  // namespace beholder::ms_ssim_kernels
