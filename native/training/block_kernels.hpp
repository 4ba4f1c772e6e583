// Fused loops of the transforms' blocks in training on a CPU, between the products of matrices: values in bfloat16,
// sums in float.
//
// Values are rows of `channels`, one a place. The plain twin is `Block.forward` in src/beholder/learned/blocks.py; a test
// compares values and gradients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace beholder {

using Bfloat16 = std::uint16_t;  // its bits: the upper half of a float's

// out = leaky_relu(sums + bias) * scale. Scales are rows as well, each for an equal share of consecutive rows.
void rectify_rows(std::span<const Bfloat16> sums, std::span<const float> bias, std::span<const float> scale,
                  std::span<Bfloat16> out);

// Gradients of `rectify_rows`; those of biases and scales are totals over their rows.
void propagate_rectified_rows(std::span<const Bfloat16> gradient, std::span<const Bfloat16> sums,
                              std::span<const float> bias, std::span<const float> scale, std::span<Bfloat16> by_sum,
                              std::span<float> by_bias, std::span<float> by_scale);

// out = a * hardsigmoid(b) * scale for rows `a b` of 2 * channels: sums + bias.
void gate_rows(std::span<const Bfloat16> sums, std::span<const float> bias, std::span<const float> scale,
               std::span<Bfloat16> out);

// Gradients of `gate_rows`, likewise.
void propagate_gated_rows(std::span<const Bfloat16> gradient, std::span<const Bfloat16> sums,
                          std::span<const float> bias, std::span<const float> scale, std::span<Bfloat16> by_sum,
                          std::span<float> by_bias, std::span<float> by_scale);

// out = values + sums + bias.
void add_rows(std::span<const Bfloat16> values, std::span<const Bfloat16> sums, std::span<const float> bias,
              std::span<Bfloat16> out);

// totals = the sum of all rows.
void total_rows(std::span<const Bfloat16> values, std::span<float> totals);

// Rows of whole pictures, line by line, with zeros around them.
struct PlaneSize {
  std::size_t height;
  std::size_t width;
};

// The depthwise 3x3 convolution with a kernel of (9, channels), and a bias.
void convolve_places(PlaneSize size, std::span<const Bfloat16> values, std::span<const float> kernel,
                     std::span<const float> bias, std::span<Bfloat16> out);

// Gradients of `convolve_places`.
void propagate_places(PlaneSize size, std::span<const Bfloat16> gradient, std::span<const Bfloat16> values,
                      std::span<const float> kernel, std::span<Bfloat16> by_value, std::span<float> by_kernel,
                      std::span<float> by_bias);

}  // namespace beholder
