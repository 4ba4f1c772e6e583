// Fused loops of the learned codec's training on a CPU: what takes dozens of passes over memory as tensor operations.
//
// Each has a plain twin in Python (src/beholder/learned/rate.py, integer_convolution.py), which a test holds it to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace beholder {

// -log2 of the probability of the unit bin around each residual, under a Gaussian mixed with a tail, and its derivatives.
struct ResidualRate {
  float smallest_scale;  // the standard deviation of index 0
  float log_step;        // the logarithm of the ratio of neighbouring standard deviations
  float tail;            // the share of the tail in the mixture
  float tail_sum;        // of 1 / (1 + |k|)^2 over all whole k

  // All spans have one length. `scale_index` may be fractional.
  void evaluate(std::span<const float> residual, std::span<const float> scale_index, std::span<float> bits,
                std::span<float> by_residual, std::span<float> by_scale_index) const;
};

// What follows the sums of an integer convolution: bias, scale, rounding, rectification, clamp.
//
// Sums and activations are rows of `channels` values. Biases are rows as well, each for an equal share of consecutive
// rows of sums, and so are scales.
struct Activation {
  float min;
  float max;
  bool rectified;  // values up to 0 learn nothing

  // out = clamp(sums + bias), or clamp(round((sums + bias) * scale)) where `scale` is not empty. `passes` tells
  // for each value which gradients pass back: bit 0 the negative ones, bit 1 the positive ones.
  void apply(std::size_t channels, std::span<const float> sums, std::span<const float> bias,
             std::span<const float> scale, std::span<float> out, std::span<std::uint8_t> passes) const;
};

// The gradients of sums, where gradients of activations may pass, and of biases, which are their totals over the rows of
// each bias.
void propagate_activation(std::size_t channels, std::span<const float> gradient, std::span<const std::uint8_t> passes,
                          std::span<const float> scale, std::span<float> by_sum, std::span<float> by_bias);

}  // namespace beholder
