#include "beholder/ms_ssim.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "beholder/error.hpp"
#include "ms_ssim_kernels.hpp"

namespace beholder {
namespace {

using ms_ssim_kernels::Kernels;
using ms_ssim_kernels::kTaps;

constexpr std::size_t kChannels = 3;
constexpr std::size_t kScales = 5;
constexpr std::array<double, kScales> kWeights = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333};  // Wang et al., section 3.2

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
    if (odd_columns == 1) {
      out[0] = (above[0] + below[0]) * 0.25F;
    }
    for (std::size_t x = odd_columns; x < half.width; ++x) {
      const std::size_t left = 2 * x - odd_columns;
      out[x] = (above[left] + above[left + 1] + below[left] + below[left + 1]) * 0.25F;
    }
  }
  return half;
}

double sum_of(const double* values, std::size_t count) {
  double sum = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    sum += values[i];
  }
  return sum;
}

/// Rows are windowed along x as they come and kept for 11 rows; no map of the size of the picture is stored.
ScaleScore compare(const Plane& a, const Plane& b, const Kernels& kernels) {
  const std::size_t windows_wide = a.width - kTaps + 1;
  const std::size_t windows_high = a.height - kTaps + 1;
  std::vector<double> products(4 * a.width);  // a, b, a*a + b*b, a*b
  std::vector<double> windowed(kTaps * 4 * windows_wide);
  std::vector<double> moments(4 * windows_wide);
  std::vector<double> sums(2 * windows_wide);  // similarity and contrast by column
  for (std::size_t y = 0; y < a.height; ++y) {
    kernels.multiply(a.row(y), b.row(y), a.width, products.data());
    for (std::size_t moment = 0; moment < 4; ++moment) {
      kernels.window_along_x(products.data() + moment * a.width, windows_wide,
                             windowed.data() + ((y % kTaps) * 4 + moment) * windows_wide);
    }
    if (y + 1 < kTaps) {
      continue;
    }
    for (std::size_t moment = 0; moment < 4; ++moment) {
      std::array<const double*, kTaps> rows{};
      for (std::size_t tap = 0; tap < kTaps; ++tap) {
        rows[tap] = windowed.data() + (((y + 1 + tap) % kTaps) * 4 + moment) * windows_wide;
      }
      kernels.window_along_y(rows, windows_wide, moments.data() + moment * windows_wide);
    }
    kernels.add_scores(moments.data(), windows_wide, sums.data());
  }
  const double count = static_cast<double>(windows_wide) * static_cast<double>(windows_high);
  return {sum_of(sums.data(), windows_wide) / count, sum_of(sums.data() + windows_wide, windows_wide) / count};
}

double ms_ssim_of_channel(Plane a, Plane b, const Kernels& kernels) {
  double product = 1.0;
  for (std::size_t scale = 0; scale < kScales; ++scale) {
    if (scale > 0) {
      a = halve(a);
      b = halve(b);
    }
    const ScaleScore score = compare(a, b, kernels);
    // A negative mean has no real power; the convention counts it as 0.
    const double factor = scale + 1 < kScales ? score.contrast : score.similarity;
    product *= std::pow(std::max(factor, 0.0), kWeights[scale]);
  }
  return product;
}

std::string size_of(const RgbView& image) {
  return std::to_string(image.width) + " x " + std::to_string(image.height);
}

void check_sizes(const RgbView& original, const RgbView& decoded) {
  if (original.width != decoded.width || original.height != decoded.height) {
    throw Error("the decoded picture has " + size_of(decoded) + " pixels, the original " + size_of(original) +
                "; both must have the same size");
  }
  if (original.width < kMsSsimMinSide || original.height < kMsSsimMinSide) {
    throw Error("MS-SSIM needs at least 161 x 161 pixels, this picture has " + size_of(original));
  }
  const std::size_t size =
      kChannels * static_cast<std::size_t>(original.width) * static_cast<std::size_t>(original.height);
  if (original.samples.size() != size || decoded.samples.size() != size) {
    throw Error("a picture of " + size_of(original) + " pixels holds 3 bytes a pixel, got " +
                std::to_string(original.samples.size()) + " and " + std::to_string(decoded.samples.size()) + " bytes");
  }
}

}  // namespace

double ms_ssim(RgbView original, RgbView decoded) {
  check_sizes(original, decoded);
  const Kernels& kernels = ms_ssim_kernels::fastest_kernels();
  double sum = 0.0;
  for (std::size_t channel = 0; channel < kChannels; ++channel) {
    sum += ms_ssim_of_channel(channel_of(original, channel), channel_of(decoded, channel), kernels);
  }
  return sum / static_cast<double>(kChannels);
}

}  // namespace beholder
