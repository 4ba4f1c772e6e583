#include "transform/color_conversion.hpp"

#include <string>

#include "picture/level_image.hpp"
#include "platform/error.hpp"
#include "platform/multiversion.hpp"

namespace beholder {
namespace {

float mixed(const Mix& mix, float red, float green, float blue) {
  return mix.offset + ((mix.red * red + mix.green * green) + mix.blue * blue);
}

}  // namespace

void PixelView::check() const {
  if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide) {
    throw Error("a JPEG picture is 1 to 65535 pixels a side, got " + std::to_string(width) + " x " +
                std::to_string(height) + "; cut or scale it first");
  }
  if (channels != 1 && channels != 3) {
    throw Error("expected 1 (grey) or 3 (RGB) channels, got " + std::to_string(channels));
  }
}

BEHOLDER_MULTIVERSION
void convert_luma_row(const std::uint8_t* rgb, int width, Mix mix, float* luma) {
  for (int x = 0; x < width; ++x) {
    luma[x] = mixed(mix, static_cast<float>(rgb[3 * x]), static_cast<float>(rgb[3 * x + 1]),
                    static_cast<float>(rgb[3 * x + 2]));
  }
}

BEHOLDER_MULTIVERSION
void convert_chroma_row(const std::uint8_t* rgb, int width, float* blue_difference, float* red_difference) {
  for (int x = 0; x < width; ++x) {
    const float red = static_cast<float>(rgb[3 * x]);
    const float green = static_cast<float>(rgb[3 * x + 1]);
    const float blue = static_cast<float>(rgb[3 * x + 2]);
    blue_difference[x] = mixed(kBlueDifference, red, green, blue);
    red_difference[x] = mixed(kRedDifference, red, green, blue);
  }
}

BEHOLDER_MULTIVERSION
void convert_grey_row(const std::uint8_t* grey, int width, float* out) {
  for (int x = 0; x < width; ++x) out[x] = static_cast<float>(grey[x]) - 128.0F;
}

}  // namespace beholder
