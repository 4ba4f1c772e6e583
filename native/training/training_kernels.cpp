#include "training/training_kernels.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "platform/multiversion.hpp"

namespace beholder {
namespace {

constexpr float kLog2E = 1.44269504F;
constexpr float kLn2High = 0.693359375F;  // ln 2 in two parts, so that n * ln 2 is exact to float's last bits
constexpr float kLn2Low = -2.12194440e-4F;
constexpr float kSqrtHalf = 0.707106781F;
constexpr float kInverseSqrtTwoPi = 0.398942280F;

// e^x for x <= 88; 0 below -87. Relative error below 3e-7: a polynomial on [-ln 2 / 2, ln 2 / 2] (Cephes' expf).
inline float exponential(float x) {
  const float clamped = std::max(x, -87.0F);
  const float whole = std::floor(clamped * kLog2E + 0.5F);
  const float rest = (clamped - whole * kLn2High) - whole * kLn2Low;
  float series = 1.9875691500e-4F;
  series = series * rest + 1.3981999507e-3F;
  series = series * rest + 8.3334519073e-3F;
  series = series * rest + 4.1665795894e-2F;
  series = series * rest + 1.6666665459e-1F;
  series = series * rest + 5.0000001201e-1F;
  const float mantissa = series * rest * rest + rest + 1.0F;
  const auto exponent = static_cast<std::int32_t>(whole) + 127;
  const float power = std::bit_cast<float>(exponent << 23);
  return x < -87.0F ? 0.0F : mantissa * power;
}

// log2 of a normal positive number, absolute error below 2e-7 of the result's size: the series of atanh.
inline float logarithm2(float x) {
  const auto bits = std::bit_cast<std::int32_t>(x);
  const std::int32_t shifted = (bits - 0x3F3504F3) >> 23;  // so that the mantissa lies in [sqrt(1/2), sqrt(2))
  const float mantissa = std::bit_cast<float>(bits - (shifted << 23));
  const float ratio = (mantissa - 1.0F) / (mantissa + 1.0F);
  const float square = ratio * ratio;
  float series = 1.0F / 9.0F;
  series = series * square + 1.0F / 7.0F;
  series = series * square + 1.0F / 5.0F;
  series = series * square + 1.0F / 3.0F;
  series = series * square + 1.0F;
  return static_cast<float>(shifted) + 2.0F * kLog2E * ratio * series;
}

struct Normal {
  float density;
  float below;  // the probability of what is smaller
};

// The standard normal distribution at `z`. Complementary error function: the rational Chebyshev fit of Numerical
// Recipes (section 6.2), relative error below 1.2e-7, so that far tails keep their digits.
inline Normal normal(float z) {
  const float distance = std::fabs(z) * kSqrtHalf;
  const float t = 1.0F / (1.0F + 0.5F * distance);
  float fit = 0.17087277F;
  fit = fit * t - 0.82215223F;
  fit = fit * t + 1.48851587F;
  fit = fit * t - 1.13520398F;
  fit = fit * t + 0.27886807F;
  fit = fit * t - 0.18628806F;
  fit = fit * t + 0.09678418F;
  fit = fit * t + 0.37409196F;
  fit = fit * t + 1.00002368F;
  fit = fit * t - 1.26551223F;
  const float bell = exponential(-distance * distance);
  const float half_complement = 0.5F * t * bell * exponential(fit);
  return {kInverseSqrtTwoPi * bell, z < 0.0F ? half_complement : 1.0F - half_complement};
}

BEHOLDER_MULTIVERSION
void rate_of(ResidualRate rate, const float* __restrict residual, const float* __restrict scale_index,
             std::size_t count, float* __restrict bits, float* __restrict by_residual,
             float* __restrict by_scale_index) {
  const float inside_share = 1.0F - rate.tail;
  const float tail_share = rate.tail / rate.tail_sum;
  for (std::size_t i = 0; i < count; ++i) {
    const float distance = std::fabs(residual[i]);
    const float inverse_scale = exponential(-rate.log_step * scale_index[i]) / rate.smallest_scale;
    const float upper = (0.5F - distance) * inverse_scale;
    const float lower = (-0.5F - distance) * inverse_scale;
    const Normal at_upper = normal(upper);
    const Normal at_lower = normal(lower);
    const float further = 1.0F / (1.0F + distance);
    const float tail = tail_share * further * further;
    // The tail keeps the sum above what rounding does to the difference of the two.
    const float inside = inside_share * std::max(at_upper.below - at_lower.below, 0.0F);
    const float probability = inside + tail;
    bits[i] = -logarithm2(probability);
    const float to_bits = -kLog2E / probability;
    const float by_distance =
        inside_share * inverse_scale * (at_lower.density - at_upper.density) - 2.0F * tail * further;
    by_residual[i] = residual[i] > 0.0F ? to_bits * by_distance : (residual[i] < 0.0F ? -to_bits * by_distance : 0.0F);
    by_scale_index[i] =
        to_bits * inside_share * rate.log_step * (lower * at_lower.density - upper * at_upper.density);
  }
}

BEHOLDER_MULTIVERSION
void activate_row(Activation to, std::size_t channels, const float* __restrict sums,
                  const float* __restrict bias, const float* __restrict scale, float* __restrict out,
                  std::uint8_t* __restrict passes) {
  const float dead = to.rectified ? 0.0F : -INFINITY;
  for (std::size_t c = 0; c < channels; ++c) {
    const float sum = sums[c] + bias[c];
    const float value = scale == nullptr ? sum : std::nearbyint(sum * scale[c]);
    out[c] = std::min(std::max(value, to.min), to.max);
    const int live = value > dead ? 3 : 0;
    // A step goes against the gradient: what is too large may still fall, what is too small may rise.
    const int allowed = value > to.max ? 2 : (value < to.min ? 1 : 3);
    passes[c] = static_cast<std::uint8_t>(live & allowed);
  }
}

BEHOLDER_MULTIVERSION
void propagate_row(std::size_t channels, const float* __restrict gradient, const std::uint8_t* __restrict passes,
                   const float* __restrict scale, float* __restrict by_sum, float* __restrict by_bias) {
  for (std::size_t c = 0; c < channels; ++c) {
    const int asked = gradient[c] > 0.0F ? 2 : 1;
    const float passed = (passes[c] & asked) != 0 ? gradient[c] : 0.0F;
    const float value = scale == nullptr ? passed : passed * scale[c];
    by_sum[c] = value;
    by_bias[c] += value;
  }
}

// Where the row begins that `row` of `rows` shares, in an array of `size` values.
std::size_t shared_row(std::size_t row, std::size_t rows, std::size_t channels, std::size_t size) {
  const std::size_t rows_each = rows * channels / size;
  return row / rows_each * channels;
}

}  // namespace

void ResidualRate::evaluate(std::span<const float> residual, std::span<const float> scale_index, std::span<float> bits,
                            std::span<float> by_residual, std::span<float> by_scale_index) const {
  rate_of(*this, residual.data(), scale_index.data(), residual.size(), bits.data(), by_residual.data(),
          by_scale_index.data());
}

void Activation::apply(std::size_t channels, std::span<const float> sums, std::span<const float> bias,
                       std::span<const float> scale, std::span<float> out, std::span<std::uint8_t> passes) const {
  const std::size_t rows = sums.size() / channels;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t start = row * channels;
    activate_row(*this, channels, sums.data() + start, bias.data() + shared_row(row, rows, channels, bias.size()),
                 scale.empty() ? nullptr : scale.data() + shared_row(row, rows, channels, scale.size()),
                 out.data() + start, passes.data() + start);
  }
}

void propagate_activation(std::size_t channels, std::span<const float> gradient, std::span<const std::uint8_t> passes,
                          std::span<const float> scale, std::span<float> by_sum, std::span<float> by_bias) {
  std::fill(by_bias.begin(), by_bias.end(), 0.0F);
  const std::size_t rows = gradient.size() / channels;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t start = row * channels;
    propagate_row(channels, gradient.data() + start, passes.data() + start,
                  scale.empty() ? nullptr : scale.data() + shared_row(row, rows, channels, scale.size()),
                  by_sum.data() + start, by_bias.data() + shared_row(row, rows, channels, by_bias.size()));
  }
}

}  // namespace beholder
