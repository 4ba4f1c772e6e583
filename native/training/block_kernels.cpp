#include "training/block_kernels.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "platform/multiversion.hpp"

namespace beholder {
namespace {

constexpr float kSlope = 0.01F;  // of the leaky ReLU below 0; `_SLOPE` in blocks.py
constexpr std::size_t kTaps = 9;
using Taps = std::array<const Bfloat16*, kTaps>;

inline float widen(Bfloat16 value) { return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16); }

// To nearest, ties to even; what is not a number stays so, by which training knows that it diverges.
inline Bfloat16 narrow(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t rounded = (bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16;
  const bool number = (bits & 0x7FFFFFFFU) <= 0x7F800000U;
  return static_cast<Bfloat16>(number ? rounded : 0x7FC0U);
}

inline float hard_sigmoid(float value) { return std::min(std::max(value + 3.0F, 0.0F), 6.0F) * (1.0F / 6.0F); }

BEHOLDER_MULTIVERSION
void rectify(std::size_t channels, const Bfloat16* __restrict sums, const float* __restrict bias,
             const float* __restrict scale, Bfloat16* __restrict out) {
  for (std::size_t c = 0; c < channels; ++c) {
    const float value = widen(sums[c]) + bias[c];
    out[c] = narrow((value > 0.0F ? value : kSlope * value) * scale[c]);
  }
}

BEHOLDER_MULTIVERSION
void propagate_rectified(std::size_t channels, const Bfloat16* __restrict gradient, const Bfloat16* __restrict sums,
                         const float* __restrict bias, const float* __restrict scale, Bfloat16* __restrict by_sum,
                         float* __restrict by_bias, float* __restrict by_scale) {
  for (std::size_t c = 0; c < channels; ++c) {
    const float value = widen(sums[c]) + bias[c];
    const float slope = value > 0.0F ? 1.0F : kSlope;
    const float sloped = widen(gradient[c]) * slope;
    by_scale[c] += sloped * value;
    by_bias[c] += sloped * scale[c];
    by_sum[c] = narrow(sloped * scale[c]);
  }
}

BEHOLDER_MULTIVERSION
void gate(std::size_t channels, const Bfloat16* __restrict sums, const float* __restrict bias,
          const float* __restrict scale, Bfloat16* __restrict out) {
  for (std::size_t c = 0; c < channels; ++c) {
    const float told = widen(sums[c]) + bias[c];
    const float opened = hard_sigmoid(widen(sums[channels + c]) + bias[channels + c]);
    out[c] = narrow(told * opened * scale[c]);
  }
}

BEHOLDER_MULTIVERSION
void propagate_gated(std::size_t channels, const Bfloat16* __restrict gradient, const Bfloat16* __restrict sums,
                     const float* __restrict bias, const float* __restrict scale, Bfloat16* __restrict by_told,
                     Bfloat16* __restrict by_gate, float* __restrict told_bias, float* __restrict gate_bias,
                     float* __restrict by_scale) {
  for (std::size_t c = 0; c < channels; ++c) {
    const float told = widen(sums[c]) + bias[c];
    const float asked = widen(sums[channels + c]) + bias[channels + c];
    const float opened = hard_sigmoid(asked);
    const float scaled = widen(gradient[c]) * scale[c];
    const float of_told = scaled * opened;
    const float of_gate = asked > -3.0F && asked < 3.0F ? scaled * told * (1.0F / 6.0F) : 0.0F;
    by_scale[c] += widen(gradient[c]) * told * opened;
    told_bias[c] += of_told;
    gate_bias[c] += of_gate;
    by_told[c] = narrow(of_told);
    by_gate[c] = narrow(of_gate);
  }
}

BEHOLDER_MULTIVERSION
void add(std::size_t channels, const Bfloat16* __restrict values, const Bfloat16* __restrict sums,
         const float* __restrict bias, Bfloat16* __restrict out) {
  for (std::size_t c = 0; c < channels; ++c) out[c] = narrow(widen(values[c]) + widen(sums[c]) + bias[c]);
}

BEHOLDER_MULTIVERSION
void add_to(std::size_t channels, const Bfloat16* __restrict values, float* __restrict totals) {
  for (std::size_t c = 0; c < channels; ++c) totals[c] += widen(values[c]);
}

BEHOLDER_MULTIVERSION
void convolve(std::size_t channels, const Taps& taps, const float* __restrict kernel, const float* __restrict bias,
              Bfloat16* __restrict out) {
  const auto [a, b, c, d, e, f, g, h, i] = taps;
  const float* __restrict second = kernel + 3 * channels;
  const float* __restrict third = kernel + 6 * channels;
  for (std::size_t n = 0; n < channels; ++n) {
    float sum = bias == nullptr ? 0.0F : bias[n];
    sum += widen(a[n]) * kernel[n] + widen(b[n]) * kernel[channels + n] + widen(c[n]) * kernel[2 * channels + n];
    sum += widen(d[n]) * second[n] + widen(e[n]) * second[channels + n] + widen(f[n]) * second[2 * channels + n];
    sum += widen(g[n]) * third[n] + widen(h[n]) * third[channels + n] + widen(i[n]) * third[2 * channels + n];
    out[n] = narrow(sum);
  }
}

BEHOLDER_MULTIVERSION
void add_products(std::size_t channels, const Bfloat16* __restrict gradient, const Taps& taps,
                  float* __restrict totals) {
  const auto [a, b, c, d, e, f, g, h, i] = taps;
  float* __restrict second = totals + 3 * channels;
  float* __restrict third = totals + 6 * channels;
#pragma GCC ivdep
  for (std::size_t n = 0; n < channels; ++n) {
    const float value = widen(gradient[n]);
    totals[n] += value * widen(a[n]);
    totals[channels + n] += value * widen(b[n]);
    totals[2 * channels + n] += value * widen(c[n]);
    second[n] += value * widen(d[n]);
    second[channels + n] += value * widen(e[n]);
    second[2 * channels + n] += value * widen(f[n]);
    third[n] += value * widen(g[n]);
    third[channels + n] += value * widen(h[n]);
    third[2 * channels + n] += value * widen(i[n]);
  }
}

// Calls `work(row, taps)` for all rows; taps that lie outside the picture are rows of `nothing`.
template <typename Work>
void for_each_place(PlaneSize size, std::size_t channels, std::span<const Bfloat16> values, const Bfloat16* nothing,
                    const Work& work) {
  const std::size_t rows = values.size() / channels;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t x = row % size.width;
    const std::size_t y = row / size.width % size.height;
    Taps taps;
    for (std::size_t tap = 0; tap < kTaps; ++tap) {
      const std::size_t down = y + tap / 3;  // one more than the line
      const std::size_t right = x + tap % 3;
      const bool inside = down >= 1 && down <= size.height && right >= 1 && right <= size.width;
      const std::size_t place = row + (tap / 3) * size.width + tap % 3 - size.width - 1;
      taps[tap] = inside ? values.data() + place * channels : nothing;
    }
    work(row, taps);
  }
}

// Calls `work(row's start, scale's start)` for all rows, in order; scales are rows for equal shares of the rows.
template <typename Work>
void for_each_row(std::size_t size, std::size_t channels, std::size_t scales, const Work& work) {
  const std::size_t rows_each = size / scales;
  for (std::size_t start = 0; start < size; start += channels) work(start, start / channels / rows_each * channels);
}

}  // namespace

void rectify_rows(std::span<const Bfloat16> sums, std::span<const float> bias, std::span<const float> scale,
                  std::span<Bfloat16> out) {
  const std::size_t channels = bias.size();
  for_each_row(sums.size(), channels, scale.size(), [&](std::size_t row, std::size_t shared) {
    rectify(channels, sums.data() + row, bias.data(), scale.data() + shared, out.data() + row);
  });
}

void propagate_rectified_rows(std::span<const Bfloat16> gradient, std::span<const Bfloat16> sums,
                              std::span<const float> bias, std::span<const float> scale, std::span<Bfloat16> by_sum,
                              std::span<float> by_bias, std::span<float> by_scale) {
  const std::size_t channels = bias.size();
  std::ranges::fill(by_bias, 0.0F);
  std::ranges::fill(by_scale, 0.0F);
  for_each_row(sums.size(), channels, scale.size(), [&](std::size_t row, std::size_t shared) {
    propagate_rectified(channels, gradient.data() + row, sums.data() + row, bias.data(), scale.data() + shared,
                        by_sum.data() + row, by_bias.data(), by_scale.data() + shared);
  });
}

void gate_rows(std::span<const Bfloat16> sums, std::span<const float> bias, std::span<const float> scale,
               std::span<Bfloat16> out) {
  const std::size_t channels = bias.size() / 2;
  for_each_row(out.size(), channels, scale.size(), [&](std::size_t row, std::size_t shared) {
    gate(channels, sums.data() + 2 * row, bias.data(), scale.data() + shared, out.data() + row);
  });
}

void propagate_gated_rows(std::span<const Bfloat16> gradient, std::span<const Bfloat16> sums,
                          std::span<const float> bias, std::span<const float> scale, std::span<Bfloat16> by_sum,
                          std::span<float> by_bias, std::span<float> by_scale) {
  const std::size_t channels = bias.size() / 2;
  std::ranges::fill(by_bias, 0.0F);
  std::ranges::fill(by_scale, 0.0F);
  for_each_row(gradient.size(), channels, scale.size(), [&](std::size_t row, std::size_t shared) {
    Bfloat16* by_told = by_sum.data() + 2 * row;
    propagate_gated(channels, gradient.data() + row, sums.data() + 2 * row, bias.data(), scale.data() + shared, by_told,
                    by_told + channels, by_bias.data(), by_bias.data() + channels, by_scale.data() + shared);
  });
}

void add_rows(std::span<const Bfloat16> values, std::span<const Bfloat16> sums, std::span<const float> bias,
              std::span<Bfloat16> out) {
  const std::size_t channels = bias.size();
  for (std::size_t row = 0; row < values.size(); row += channels) {
    add(channels, values.data() + row, sums.data() + row, bias.data(), out.data() + row);
  }
}

void total_rows(std::span<const Bfloat16> values, std::span<float> totals) {
  std::ranges::fill(totals, 0.0F);
  for (std::size_t row = 0; row < values.size(); row += totals.size()) {
    add_to(totals.size(), values.data() + row, totals.data());
  }
}

void convolve_places(PlaneSize size, std::span<const Bfloat16> values, std::span<const float> kernel,
                     std::span<const float> bias, std::span<Bfloat16> out) {
  const std::size_t channels = bias.size();
  const std::vector<Bfloat16> nothing(channels);
  for_each_place(size, channels, values, nothing.data(), [&](std::size_t row, const Taps& taps) {
    convolve(channels, taps, kernel.data(), bias.data(), out.data() + row * channels);
  });
}

void propagate_places(PlaneSize size, std::span<const Bfloat16> gradient, std::span<const Bfloat16> values,
                      std::span<const float> kernel, std::span<Bfloat16> by_value, std::span<float> by_kernel,
                      std::span<float> by_bias) {
  const std::size_t channels = by_bias.size();
  const std::vector<Bfloat16> nothing(channels);
  std::vector<float> turned(kernel.size());  // by half a turn
  for (std::size_t tap = 0; tap < kTaps; ++tap) {
    std::copy_n(kernel.data() + tap * channels, channels, turned.data() + (kTaps - 1 - tap) * channels);
  }
  for_each_place(size, channels, gradient, nothing.data(), [&](std::size_t row, const Taps& taps) {
    convolve(channels, taps, turned.data(), nullptr, by_value.data() + row * channels);
  });
  std::ranges::fill(by_kernel, 0.0F);
  for_each_place(size, channels, values, nothing.data(), [&](std::size_t row, const Taps& taps) {
    add_products(channels, gradient.data() + row * channels, taps, by_kernel.data());
  });
  total_rows(gradient, by_bias);
}

}  // namespace beholder
