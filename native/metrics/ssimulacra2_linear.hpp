// SSIMULACRA 2: from sRGB bytes to linear light, and to half the size.
#pragma once

#include <array>
#include <vector>

#include "metrics/rgb_view.hpp"

namespace beholder::ssimulacra2 {

/// A picture in linear light, 0..1, by component (R, G, B).
struct LinearImage {
  int width = 0;
  int height = 0;
  std::array<std::vector<float>, 3> planes;

  [[nodiscard]] std::array<const float*, 3> row(int y) const;
};

/// Linear light of each 8-bit sRGB value.
[[nodiscard]] std::array<float, 256> make_linear_of_srgb();

/// Row `y` of `image` in linear light.
void linear_row(const RgbView& image, int y, const std::array<float, 256>& linear_of_srgb,
                const std::array<float*, 3>& linear);

/// The picture at half the size (rounded up): the mean of 2 x 2 pixels, the last row and column repeated where odd.
[[nodiscard]] LinearImage halve(const RgbView& image, const std::array<float, 256>& linear_of_srgb);
[[nodiscard]] LinearImage halve(const LinearImage& image);

}  // namespace beholder::ssimulacra2
