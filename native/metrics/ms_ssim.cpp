#include "metrics/ms_ssim.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "platform/multiversion.hpp"

namespace beholder {
namespace {

constexpr std::size_t kChannels = 3;
constexpr std::size_t kScales = 5;
constexpr std::size_t kTaps = 11;  // of the Gaussian window, sigma 1.5
constexpr std::array<double, kScales> kWeights = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333};  // Wang et al., section 3.2

// exp(-d^2 / (2 * 1.5^2)) for distances d of 0..5 samples, divided by the sum over -5..5.
constexpr double kTap0 = 0.26601172486179436;
constexpr double kTap1 = 0.2130055377112537;
constexpr double kTap2 = 0.10936068950970002;
constexpr double kTap3 = 0.03600077212843083;
constexpr double kTap4 = 0.007598758135239185;
constexpr double kTap5 = 0.00102838008447911;

constexpr double kC1 = (0.01 * 255.0) * (0.01 * 255.0);  // Wang et al., K1 = 0.01, K2 = 0.03, range 255
constexpr double kC2 = (0.03 * 255.0) * (0.03 * 255.0);

// The inner loops go element by element, so wider vectors do not change a bit of the result.
BEHOLDER_MULTIVERSION
void multiply(const float* __restrict a, const float* __restrict b, std::size_t width, double* __restrict out_a,
              double* __restrict out_b, double* __restrict squares, double* __restrict product) {
  for (std::size_t x = 0; x < width; ++x) {
    const double sample_a = a[x];
    const double sample_b = b[x];
    out_a[x] = sample_a;
    out_b[x] = sample_b;
    squares[x] = sample_a * sample_a + sample_b * sample_b;
    product[x] = sample_a * sample_b;
  }
}

BEHOLDER_MULTIVERSION
void window_along_x(const double* __restrict row, std::size_t windows, double* __restrict windowed) {
  for (std::size_t x = 0; x < windows; ++x) {
    windowed[x] = kTap5 * (row[x] + row[x + 10]) + kTap4 * (row[x + 1] + row[x + 9]) +
                  kTap3 * (row[x + 2] + row[x + 8]) + kTap2 * (row[x + 3] + row[x + 7]) +
                  kTap1 * (row[x + 4] + row[x + 6]) + kTap0 * row[x + 5];
  }
}

BEHOLDER_MULTIVERSION
void window_along_y(
    const double* __restrict r0, const double* __restrict r1, const double* __restrict r2, const double* __restrict r3,
    const double* __restrict r4, const double* __restrict r5, const double* __restrict r6, const double* __restrict r7,
    const double* __restrict r8, const double* __restrict r9, const double* __restrict r10, std::size_t windows,
    double* __restrict windowed) {
  for (std::size_t x = 0; x < windows; ++x) {
    windowed[x] = kTap5 * (r0[x] + r10[x]) + kTap4 * (r1[x] + r9[x]) + kTap3 * (r2[x] + r8[x]) +
                  kTap2 * (r3[x] + r7[x]) + kTap1 * (r4[x] + r6[x]) + kTap0 * r5[x];
  }
}

BEHOLDER_MULTIVERSION
void add_scores(const double* __restrict mean_a, const double* __restrict mean_b, const double* __restrict mean_squares,
                const double* __restrict mean_product, std::size_t windows, double* __restrict similarity,
                double* __restrict contrast) {
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

// Samples of every scale are multiples of 4^-s below 256: 16 bits at the coarsest, so single precision holds them exactly.
struct Plane {
  std::size_t width = 0;
  std::size_t height = 0;
  std::vector<float> samples;

  [[nodiscard]] const float* row(std::size_t y) const { return samples.data() + y * width; }
};

/// Means over the windows of one scale.
struct ScaleScore {
  double similarity = 0.0;  // luminance, contrast and structure
  double contrast = 0.0;    // contrast and structure only
};

Plane channel_of(const RgbView& image, std::size_t channel) {
  Plane plane{static_cast<std::size_t>(image.width), static_cast<std::size_t>(image.height), {}};
  plane.samples.resize(plane.width * plane.height);
  for (std::size_t i = 0; i < plane.samples.size(); ++i) {
    plane.samples[i] = static_cast<float>(image.samples[i * kChannels + channel]);
  }
  return plane;
}

/// Means of 2 x 2 samples; an odd side gets a zero before its first sample, as avg_pool2d(padding=1) has it.
Plane halve(const Plane& plane) {
  const std::size_t odd_columns = plane.width % 2;
  const std::size_t odd_rows = plane.height % 2;
  Plane half{(plane.width + 1) / 2, (plane.height + 1) / 2, {}};
  half.samples.resize(half.width * half.height);
  const std::vector<float> zeros(plane.width);
  for (std::size_t y = 0; y < half.height; ++y) {
    const float* above = 2 * y < odd_rows ? zeros.data() : plane.row(2 * y - odd_rows);
    const float* below = plane.row(2 * y + 1 - odd_rows);
    float* out = half.samples.data() + y * half.width;
    if (odd_columns == 1) out[0] = (above[0] + below[0]) * 0.25F;
    for (std::size_t x = odd_columns; x < half.width; ++x) {
      const std::size_t left = 2 * x - odd_columns;
      out[x] = (above[left] + above[left + 1] + below[left] + below[left + 1]) * 0.25F;
    }
  }
  return half;
}

double sum_of(const double* values, std::size_t count) {
  double sum = 0.0;
  for (std::size_t i = 0; i < count; ++i) sum += values[i];
  return sum;
}

/// Rows are windowed along x as they come and kept for 11 rows; no map of the size of the picture is stored.
ScaleScore compare(const Plane& a, const Plane& b) {
  const std::size_t windows_wide = a.width - kTaps + 1;
  const std::size_t windows_high = a.height - kTaps + 1;
  std::vector<double> products(4 * a.width);  // a, b, a*a + b*b, a*b
  std::vector<double> windowed(kTaps * 4 * windows_wide);
  std::vector<double> moments(4 * windows_wide);
  std::vector<double> sums(2 * windows_wide);  // similarity and contrast by column
  for (std::size_t y = 0; y < a.height; ++y) {
    double* product = products.data();
    multiply(a.row(y), b.row(y), a.width, product, product + a.width, product + 2 * a.width, product + 3 * a.width);
    for (std::size_t moment = 0; moment < 4; ++moment) {
      window_along_x(product + moment * a.width, windows_wide,
                     windowed.data() + ((y % kTaps) * 4 + moment) * windows_wide);
    }
    if (y + 1 < kTaps) continue;
    for (std::size_t moment = 0; moment < 4; ++moment) {
      std::array<const double*, kTaps> rows{};
      for (std::size_t tap = 0; tap < kTaps; ++tap) {
        rows[tap] = windowed.data() + (((y + 1 + tap) % kTaps) * 4 + moment) * windows_wide;
      }
      window_along_y(rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], rows[6], rows[7], rows[8], rows[9], rows[10],
                     windows_wide, moments.data() + moment * windows_wide);
    }
    const double* mean = moments.data();
    add_scores(mean, mean + windows_wide, mean + 2 * windows_wide, mean + 3 * windows_wide, windows_wide, sums.data(),
               sums.data() + windows_wide);
  }
  const double count = static_cast<double>(windows_wide) * static_cast<double>(windows_high);
  return {sum_of(sums.data(), windows_wide) / count, sum_of(sums.data() + windows_wide, windows_wide) / count};
}

double ms_ssim_of_channel(Plane a, Plane b) {
  double product = 1.0;
  for (std::size_t scale = 0; scale < kScales; ++scale) {
    if (scale > 0) {
      a = halve(a);
      b = halve(b);
    }
    const ScaleScore score = compare(a, b);
    // A negative mean has no real power; the convention counts it as 0.
    const double factor = scale + 1 < kScales ? score.contrast : score.similarity;
    product *= std::pow(std::max(factor, 0.0), kWeights[scale]);
  }
  return product;
}

}  // namespace

double ms_ssim(RgbView original, RgbView decoded) {
  decoded.check_size_of_original(original);
  for (const RgbView& picture : {original, decoded}) picture.check(kMsSsimMinSide, "MS-SSIM");
  double sum = 0.0;
  for (std::size_t channel = 0; channel < kChannels; ++channel) {
    sum += ms_ssim_of_channel(channel_of(original, channel), channel_of(decoded, channel));
  }
  return sum / static_cast<double>(kChannels);
}

}  // namespace beholder
