// An 8-bit colour picture that someone else owns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace beholder {

/// Rows from top to bottom without gaps, each pixel as R, G, B: `samples.size() == 3 * width * height`.
struct RgbView {
  std::span<const std::uint8_t> samples;
  int width = 0;
  int height = 0;

  [[nodiscard]] const std::uint8_t* row(int y) const {
    return samples.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width) * 3;
  }

  [[nodiscard]] std::string size() const;  // "640 x 480"

  /// Throws Error where a side is shorter than `metric` allows, or the samples are not 3 a pixel.
  void check(int min_side, const std::string& metric) const;

  /// Throws Error where this decoded picture has another size than the original.
  void check_size_of_original(const RgbView& original) const;
};

}  // namespace beholder
