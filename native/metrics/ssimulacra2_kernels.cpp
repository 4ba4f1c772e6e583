#include "metrics/ssimulacra2_kernels.hpp"

#include <bit>
#include <cmath>
#include <cstdint>

namespace beholder::ssimulacra2 {
namespace {

// JPEG XL's XYB colour space (ISO/IEC 18181-1): what the three cone types absorb of linear R, G, B, and their bias.
constexpr float kAbsorbance[3][3] = {
    {0.30F, 1.0F - 0.078F - 0.30F, 0.078F},
    {0.23F, 1.0F - 0.078F - 0.23F, 0.078F},
    {0.24342268924547819F, 0.20476744424496821F, 1.0F - 0.24342268924547819F - 0.20476744424496821F},
};
constexpr float kBias = 0.0037930732552754493F;
constexpr float kCubeRootOfBias = 0.15595420F;

constexpr float kC2 = 0.0009F;  // SSIM's second constant: (0.03 * range)^2 with range 1

/// Cube root of a positive normal number, plus `addend`, by the reference's steps: Newton's method towards the inverse
/// cube root, then its square times the number.
[[gnu::always_inline]] inline float cube_root_plus(float value, float addend) {
  constexpr float kThird = 1.0F / 3;
  constexpr float kFourThirds = 4.0F / 3;
  const float third = kThird * value;
  // A guess at value^(-1/3): the exponent times -1/3, the mantissa dropped.
  float inverse = std::bit_cast<float>(0x54800000U - (std::bit_cast<std::uint32_t>(value) >> 23) * 0x002AAAAAU);
  for (int step = 0; step < 3; ++step) {  // Newton's method
    const float square = inverse * inverse;
    inverse = std::fma(-third, square * square, kFourThirds * inverse);
  }
  float square = inverse * inverse;
  inverse = std::fma(kThird, std::fma(-value, square * square, inverse), inverse);
  square = inverse * inverse;
  return std::fma(square, value, addend);
}

[[gnu::always_inline]] inline float cone(const float (&absorbance)[3], float red, float green, float blue) {
  const float absorbed =
      std::fma(absorbance[0], red, std::fma(absorbance[1], green, std::fma(absorbance[2], blue, kBias)));
  return cube_root_plus(absorbed, -kCubeRootOfBias);
}

[[gnu::always_inline]] inline void xyb_row_loop(const float* __restrict red, const float* __restrict green,
                                                const float* __restrict blue, std::size_t width,
                                                float* __restrict out_x, float* __restrict out_y,
                                                float* __restrict out_b) {
  for (std::size_t i = 0; i < width; ++i) {
    const float long_cone = cone(kAbsorbance[0], red[i], green[i], blue[i]);
    const float medium_cone = cone(kAbsorbance[1], red[i], green[i], blue[i]);
    const float short_cone = cone(kAbsorbance[2], red[i], green[i], blue[i]);
    const float luma = 0.5F * (long_cone + medium_cone);
    out_x[i] = (0.5F * (long_cone - medium_cone)) * 14.0F + 0.42F;
    out_y[i] = luma + 0.01F;
    out_b[i] = (short_cone - luma) + 0.55F;
  }
}

/// The last two outputs of each cosine for the rows of a band.
struct RowBlurState {
  float last[kGaussianTerms][kBandRows] = {};
  float last_but_one[kGaussianTerms][kBandRows] = {};
};

/// One output a row, from the columns N + 1 before it and N - 1 after it.
[[gnu::always_inline]] inline void blur_tile_step(const RecursiveGaussian& g, const float* __restrict before, const float* __restrict after,
                           RowBlurState& state, float* __restrict blurred) {
  for (std::size_t r = 0; r < kBandRows; ++r) {
    const float input = before[r] + after[r];
    float y[kGaussianTerms];
    for (std::size_t k = 0; k < kGaussianTerms; ++k) {
      y[k] = std::fma(g.unrolled_last[k][0], state.last[k][r],
                      std::fma(g.unrolled_last_but_one[k][0], state.last_but_one[k][r],
                               g.unrolled_input[k][0] * input));
      state.last_but_one[k][r] = state.last[k][r];
      state.last[k][r] = y[k];
    }
    blurred[r] = y[0] + (y[1] + y[2]);
  }
}

/// Four outputs of the k-th cosine for one row.
[[gnu::always_inline]] inline std::array<float, kGaussianUnroll> cosine_outputs(
    const RecursiveGaussian& g, std::size_t k, const std::array<float, kGaussianUnroll>& in, float last,
    float last_but_one) {
  const std::array<float, kGaussianUnroll>& gain = g.unrolled_input[k];
  const std::array<float, kGaussianUnroll>& from_last = g.unrolled_last[k];
  const std::array<float, kGaussianUnroll>& from_last_but_one = g.unrolled_last_but_one[k];
  const float sum0 = gain[0] * in[0];
  const float sum1 = std::fma(gain[0], in[1], gain[1] * in[0]);
  const float sum2 = std::fma(gain[0], in[2], std::fma(gain[1], in[1], gain[2] * in[0]));
  const float sum3 =
      std::fma(gain[0], in[3], std::fma(gain[1], in[2], std::fma(gain[2], in[1], gain[3] * in[0])));
  return {std::fma(from_last[0], last, std::fma(from_last_but_one[0], last_but_one, sum0)),
          std::fma(from_last[1], last, std::fma(from_last_but_one[1], last_but_one, sum1)),
          std::fma(from_last[2], last, std::fma(from_last_but_one[2], last_but_one, sum2)),
          std::fma(from_last[3], last, std::fma(from_last_but_one[3], last_but_one, sum3))};
}

/// Four outputs a row.
[[gnu::always_inline]] inline void blur_tile_unrolled_step(const RecursiveGaussian& g, const float* __restrict before,
                                                           const float* __restrict after, RowBlurState& state,
                                                           float* __restrict blurred) {
  for (std::size_t r = 0; r < kBandRows; ++r) {
    const std::array<float, kGaussianUnroll> in = {
        before[r] + after[r], before[kBandRows + r] + after[kBandRows + r],
        before[2 * kBandRows + r] + after[2 * kBandRows + r], before[3 * kBandRows + r] + after[3 * kBandRows + r]};
    const auto y1 = cosine_outputs(g, 0, in, state.last[0][r], state.last_but_one[0][r]);
    const auto y3 = cosine_outputs(g, 1, in, state.last[1][r], state.last_but_one[1][r]);
    const auto y5 = cosine_outputs(g, 2, in, state.last[2][r], state.last_but_one[2][r]);
    state.last_but_one[0][r] = y1[2];
    state.last_but_one[1][r] = y3[2];
    state.last_but_one[2][r] = y5[2];
    state.last[0][r] = y1[3];
    state.last[1][r] = y3[3];
    state.last[2][r] = y5[3];
    blurred[r] = y1[0] + (y3[0] + y5[0]);
    blurred[kBandRows + r] = y1[1] + (y3[1] + y5[1]);
    blurred[2 * kBandRows + r] = y1[2] + (y3[2] + y5[2]);
    blurred[3 * kBandRows + r] = y1[3] + (y3[3] + y5[3]);
  }
}

[[gnu::always_inline]] inline void blur_tile_loop(const RecursiveGaussian& g, const float* tile, std::size_t width, float* blurred) {
  constexpr std::ptrdiff_t kRows = kBandRows;
  constexpr std::ptrdiff_t kBefore = -(kGaussianRadius + 1) * kRows;
  constexpr std::ptrdiff_t kAfter = (kGaussianRadius - 1) * kRows;
  constexpr std::ptrdiff_t kUnroll = kGaussianUnroll;
  constexpr std::ptrdiff_t kFirstUnrolled = 8;  // N + 1 rounded up to a multiple of kUnroll
  const auto columns = static_cast<std::ptrdiff_t>(width);
  RowBlurState state;
  float discarded[kBandRows];
  std::ptrdiff_t n = 1 - kGaussianRadius;
  for (; n < 0; ++n) blur_tile_step(g, tile + n * kRows + kBefore, tile + n * kRows + kAfter, state, discarded);
  for (; n < kFirstUnrolled && n < columns; ++n) {
    blur_tile_step(g, tile + n * kRows + kBefore, tile + n * kRows + kAfter, state, blurred + n * kRows);
  }
  for (; n < columns - kGaussianRadius + 1 - (kUnroll - 1); n += kUnroll) {
    blur_tile_unrolled_step(g, tile + n * kRows + kBefore, tile + n * kRows + kAfter, state, blurred + n * kRows);
  }
  for (; n < columns; ++n) {
    blur_tile_step(g, tile + n * kRows + kBefore, tile + n * kRows + kAfter, state, blurred + n * kRows);
  }
}

[[gnu::always_inline]] inline void blur_columns_loop(const RecursiveGaussian& g, const float* __restrict above,
                                                     const float* __restrict below, const float* __restrict last1,
                                                     const float* __restrict last3, const float* __restrict last5,
                                                     float* __restrict next1, float* __restrict next3,
                                                     float* __restrict next5, float* __restrict blurred,
                                                     std::size_t width) {
  const float gain1 = g.input_gain[0];
  const float gain3 = g.input_gain[1];
  const float gain5 = g.input_gain[2];
  const float feedback1 = -g.feedback[0];
  const float feedback3 = -g.feedback[1];
  const float feedback5 = -g.feedback[2];
  for (std::size_t x = 0; x < width; ++x) {
    const float input = above[x] + below[x];
    const float y1 = std::fma(gain1, input, std::fma(feedback1, last1[x], -next1[x]));
    const float y3 = std::fma(gain3, input, std::fma(feedback3, last3[x], -next3[x]));
    const float y5 = std::fma(gain5, input, std::fma(feedback5, last5[x], -next5[x]));
    next1[x] = y1;
    next3[x] = y3;
    next5[x] = y5;
    blurred[x] = y1 + (y3 + y5);
  }
}

[[gnu::always_inline]] inline void add_structure_loop(const float* __restrict mean_a, const float* __restrict mean_b,
                                                      const float* __restrict mean_aa,
                                                      const float* __restrict mean_bb,
                                                      const float* __restrict mean_ab, std::size_t width,
                                                      float* __restrict sum, float* __restrict sum_of_4th) {
  for (std::size_t x = 0; x < width; ++x) {
    const float difference = mean_a[x] - mean_b[x];
    const float luminance = 1.0F - difference * difference;
    const float covariance = 2.0F * (mean_ab[x] - mean_a[x] * mean_b[x]) + kC2;
    const float variances = (mean_aa[x] - mean_a[x] * mean_a[x]) + (mean_bb[x] - mean_b[x] * mean_b[x]) + kC2;
    const float signed_error = 1.0F - luminance * covariance / variances;
    const float error = signed_error > 0.0F ? signed_error : 0.0F;
    const float square = error * error;
    sum[x] += error;
    sum_of_4th[x] += square * square;
  }
}

[[gnu::always_inline]] inline void add_edges_loop(const float* __restrict a, const float* __restrict b,
                                                  const float* __restrict mean_a, const float* __restrict mean_b,
                                                  std::size_t width, float* __restrict added,
                                                  float* __restrict added_4th, float* __restrict lost,
                                                  float* __restrict lost_4th) {
  for (std::size_t x = 0; x < width; ++x) {
    const float edge_a = std::abs(a[x] - mean_a[x]);
    const float edge_b = std::abs(b[x] - mean_b[x]);
    // (1 + edge_b) / (1 + edge_a) - 1 without its cancellation.
    const float change = (edge_b - edge_a) / (1.0F + edge_a);
    const float gain = change > 0.0F ? change : 0.0F;
    const float loss = change < 0.0F ? -change : 0.0F;
    const float gain_square = gain * gain;
    const float loss_square = loss * loss;
    added[x] += gain;
    added_4th[x] += gain_square * gain_square;
    lost[x] += loss;
    lost_4th[x] += loss_square * loss_square;
  }
}

namespace portable {

void xyb_row(const std::array<const float*, 3>& linear, std::size_t width, const std::array<float*, 3>& xyb) {
  xyb_row_loop(linear[0], linear[1], linear[2], width, xyb[0], xyb[1], xyb[2]);
}

void blur_tile(const RecursiveGaussian& gaussian, const float* tile, std::size_t width, float* blurred) {
  blur_tile_loop(gaussian, tile, width, blurred);
}

void blur_columns(const RecursiveGaussian& gaussian, const ColumnBlur& step, std::size_t width) {
  blur_columns_loop(gaussian, step.above, step.below, step.last[0], step.last[1], step.last[2], step.last_but_one[0],
                    step.last_but_one[1], step.last_but_one[2], step.blurred, width);
}

void add_errors(const MomentRows& rows, std::size_t width, const ErrorColumns& columns) {
  add_structure_loop(rows.mean_a, rows.mean_b, rows.mean_aa, rows.mean_bb, rows.mean_ab, width, columns[0],
                     columns[1]);
  add_edges_loop(rows.a, rows.b, rows.mean_a, rows.mean_b, width, columns[2], columns[3], columns[4], columns[5]);
}

constexpr Kernels kKernels = {xyb_row, blur_tile, blur_columns, add_errors};

}  // namespace portable

#if defined(__x86_64__) && defined(__GNUC__)

namespace avx2 {

[[gnu::target("avx2,fma")]] void xyb_row(const std::array<const float*, 3>& linear, std::size_t width, const std::array<float*, 3>& xyb) {
  xyb_row_loop(linear[0], linear[1], linear[2], width, xyb[0], xyb[1], xyb[2]);
}

[[gnu::target("avx2,fma")]] void blur_tile(const RecursiveGaussian& gaussian, const float* tile, std::size_t width, float* blurred) {
  blur_tile_loop(gaussian, tile, width, blurred);
}

[[gnu::target("avx2,fma")]] void blur_columns(const RecursiveGaussian& gaussian, const ColumnBlur& step, std::size_t width) {
  blur_columns_loop(gaussian, step.above, step.below, step.last[0], step.last[1], step.last[2], step.last_but_one[0],
                    step.last_but_one[1], step.last_but_one[2], step.blurred, width);
}

[[gnu::target("avx2,fma")]] void add_errors(const MomentRows& rows, std::size_t width, const ErrorColumns& columns) {
  add_structure_loop(rows.mean_a, rows.mean_b, rows.mean_aa, rows.mean_bb, rows.mean_ab, width, columns[0],
                     columns[1]);
  add_edges_loop(rows.a, rows.b, rows.mean_a, rows.mean_b, width, columns[2], columns[3], columns[4], columns[5]);
}

constexpr Kernels kKernels = {xyb_row, blur_tile, blur_columns, add_errors};

}  // namespace avx2

const Kernels& fastest() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? avx2::kKernels : portable::kKernels;
}

#else

// 64-bit Arm has fused multiply-adds in every processor; elsewhere std::fma calls the C library.
const Kernels& fastest() { return portable::kKernels; }

#endif

}  // namespace

const Kernels& kernels_for(Instructions instructions) {
  return instructions == Instructions::kPortable ? portable::kKernels : fastest();
}

}  // namespace beholder::ssimulacra2
