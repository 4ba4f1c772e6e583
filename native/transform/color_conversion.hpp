// 8-bit pixels, and full-range YCbCr (ITU-T T.871) from them, level-shifted.
#pragma once

#include <cstddef>
#include <cstdint>

namespace beholder {

/// Pixels in memory that somebody else owns: grey (1 channel) or sRGB (3 channels, interleaved).
struct PixelView {
  const std::uint8_t* data = nullptr;
  int width = 0;
  int height = 0;
  int channels = 3;
  std::ptrdiff_t row_stride = 0;  // bytes from a row to the next

  [[nodiscard]] const std::uint8_t* row(int y) const { return data + static_cast<std::ptrdiff_t>(y) * row_stride; }

  /// Throws Error for what no JPEG can hold: sides outside 1..65535, another number of channels than 1 and 3.
  void check() const;
};

/// offset + red * R + green * G + blue * B.
struct Mix {
  float red;
  float green;
  float blue;
  float offset;
};
inline constexpr Mix kLuma{0.299F, 0.587F, 0.114F, -128.0F};
inline constexpr Mix kBlueDifference{-0.168735892F, -0.331264108F, 0.5F, 0.0F};
inline constexpr Mix kRedDifference{0.5F, -0.418687589F, -0.081312411F, 0.0F};

// Squared RGB error of an error (y, cb, cr) is 3 y^2 + 2 y (k cb + l cr) + ...; it is least for y = -(k cb + l cr) / 3.
// k = 1.772 - 0.344136, l = 1.402 - 0.714136.
inline constexpr float kCompensationBlue = 1.427864F / 3.0F;
inline constexpr float kCompensationRed = 0.687864F / 3.0F;
// Luma with that share of the chroma of its own pixel added; what the upsampled chroma gives is taken off again.
inline constexpr Mix kCompensatedLuma{
    kLuma.red + kCompensationBlue * kBlueDifference.red + kCompensationRed * kRedDifference.red,
    kLuma.green + kCompensationBlue * kBlueDifference.green + kCompensationRed * kRedDifference.green,
    kLuma.blue + kCompensationBlue * kBlueDifference.blue + kCompensationRed * kRedDifference.blue, kLuma.offset};

/// Rows of `width` samples from as many pixels.
void convert_luma_row(const std::uint8_t* rgb, int width, Mix mix, float* luma);
void convert_chroma_row(const std::uint8_t* rgb, int width, float* blue_difference, float* red_difference);
void convert_grey_row(const std::uint8_t* grey, int width, float* out);

}  // namespace beholder
