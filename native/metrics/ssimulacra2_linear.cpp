#include "metrics/ssimulacra2_linear.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace beholder::ssimulacra2 {
namespace {

/// The reference's transfer function: a rational approximation of IEC 61966-2-1 (error 5e-7), fused where it is.
float linear_of_encoded(float encoded) {
  constexpr float kNumerator[] = {2.200248328e-04F, 1.043637593e-02F, 1.624820318e-01F, 7.961564959e-01F,
                                  8.210152774e-01F};
  constexpr float kDenominator[] = {2.631846970e-01F, 1.076976492e+00F, 4.987528350e-01F, -5.512498495e-02F,
                                    6.521209011e-03F};
  if (encoded <= 0.04045F) return encoded * (1.0F / 12.92F);
  float numerator = kNumerator[4];
  float denominator = kDenominator[4];
  for (int power = 3; power >= 0; --power) {
    numerator = std::fma(numerator, encoded, kNumerator[power]);
    denominator = std::fma(denominator, encoded, kDenominator[power]);
  }
  return numerator / denominator;
}

LinearImage allocate_half(int width, int height) {
  LinearImage half{(width + 1) / 2, (height + 1) / 2, {}};
  for (auto& plane : half.planes) {
    plane.resize(static_cast<std::size_t>(half.width) * static_cast<std::size_t>(half.height));
  }
  return half;
}

/// Mean of 2 x 2 samples of two rows of `width` samples.
void halve_rows(const float* __restrict above, const float* __restrict below, int width, float* __restrict half) {
  for (int x = 0; x < width / 2; ++x) {
    half[x] = (above[2 * x] + above[2 * x + 1] + below[2 * x] + below[2 * x + 1]) * 0.25F;
  }
  if (width % 2 != 0) {
    half[width / 2] = (above[width - 1] + above[width - 1] + below[width - 1] + below[width - 1]) * 0.25F;
  }
}

/// A picture of half the size from rows that read_row(y, which) gives, `which` 0 for the upper of two and 1 for the lower.
template <class ReadRow>
LinearImage halve_picture(int width, int height, const ReadRow& read_row) {
  LinearImage half = allocate_half(width, height);
  for (int y = 0; y < half.height; ++y) {
    const std::array<const float*, 3> above = read_row(2 * y, 0);
    const std::array<const float*, 3> below = read_row(std::min(2 * y + 1, height - 1), 1);
    for (std::size_t c = 0; c < 3; ++c) {
      halve_rows(above[c], below[c], width, half.planes[c].data() + static_cast<std::size_t>(y) * half.width);
    }
  }
  return half;
}

}  // namespace

std::array<const float*, 3> LinearImage::row(int y) const {
  const std::size_t offset = static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  return {planes[0].data() + offset, planes[1].data() + offset, planes[2].data() + offset};
}

std::array<float, 256> make_linear_of_srgb() {
  std::array<float, 256> table{};
  for (std::size_t value = 0; value < table.size(); ++value) {
    table[value] = linear_of_encoded(static_cast<float>(value) * (1.0F / 255.0F));
  }
  return table;
}

void linear_row(const RgbView& image, int y, const std::array<float, 256>& linear_of_srgb,
                const std::array<float*, 3>& linear) {
  const std::uint8_t* pixels = image.row(y);
  float* __restrict red = linear[0];
  float* __restrict green = linear[1];
  float* __restrict blue = linear[2];
  for (int x = 0; x < image.width; ++x) {
    red[x] = linear_of_srgb[pixels[3 * x]];
    green[x] = linear_of_srgb[pixels[3 * x + 1]];
    blue[x] = linear_of_srgb[pixels[3 * x + 2]];
  }
}

LinearImage halve(const RgbView& image, const std::array<float, 256>& linear_of_srgb) {
  const auto width = static_cast<std::size_t>(image.width);
  std::vector<float> rows(width * 6);
  return halve_picture(image.width, image.height, [&](int y, std::size_t which) -> std::array<const float*, 3> {
    float* row = rows.data() + which * 3 * width;
    linear_row(image, y, linear_of_srgb, {row, row + width, row + 2 * width});
    return {row, row + width, row + 2 * width};
  });
}

LinearImage halve(const LinearImage& image) {
  return halve_picture(image.width, image.height, [&](int y, std::size_t) { return image.row(y); });
}

}  // namespace beholder::ssimulacra2
