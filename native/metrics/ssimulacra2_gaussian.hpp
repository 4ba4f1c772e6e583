// SSIMULACRA 2: coefficients of the recursive Gaussian, sigma 1.5.
#pragma once

#include <array>
#include <cstddef>

namespace beholder::ssimulacra2 {

inline constexpr int kGaussianRadius = 5;          // N of the paper for sigma 1.5; the response is 0 beyond 4 samples
inline constexpr std::size_t kGaussianTerms = 3;   // truncated cosines of 1, 3 and 5 quarter periods
inline constexpr std::size_t kGaussianUnroll = 4;  // outputs that one unrolled step along a row makes

/// For the k-th cosine: y[n] = input_gain * (x[n - N - 1] + x[n + N - 1]) - feedback * y[n - 1] - y[n - 2],
/// and the blurred sample is the sum of the three y.
struct RecursiveGaussian {
  std::array<float, kGaussianTerms> input_gain{};
  std::array<float, kGaussianTerms> feedback{};
  // The same recursion solved for 4 outputs at once: output j from inputs 0..j (gain of input i is unrolled_input[j - i])
  // and the last and last but one output before them.
  std::array<std::array<float, kGaussianUnroll>, kGaussianTerms> unrolled_input{};
  std::array<std::array<float, kGaussianUnroll>, kGaussianTerms> unrolled_last{};
  std::array<std::array<float, kGaussianUnroll>, kGaussianTerms> unrolled_last_but_one{};
};

/// D. Charalampidis, "Recursive Implementation of the Gaussian Filter Using Truncated Cosine Functions", IEEE
/// Transactions on Signal Processing 64(14), 2016; computed in double precision, then rounded.
[[nodiscard]] RecursiveGaussian make_recursive_gaussian();

}  // namespace beholder::ssimulacra2
