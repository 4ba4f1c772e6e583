#include "metrics/rgb_view.hpp"

#include "platform/error.hpp"

namespace beholder {

std::string RgbView::size() const { return std::to_string(width) + " x " + std::to_string(height); }

void RgbView::check(int min_side, const std::string& metric) const {
  if (width < min_side || height < min_side) {
    const std::string side = std::to_string(min_side);
    throw Error(metric + " needs at least " + side + " x " + side + " pixels, this picture has " + size());
  }
  if (samples.size() != std::size_t{3} * static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {
    throw Error("a picture of " + size() + " pixels holds 3 bytes a pixel, got " + std::to_string(samples.size()) +
                " bytes");
  }
}

void RgbView::check_size_of_original(const RgbView& original) const {
  if (width == original.width && height == original.height) return;
  throw Error("the decoded picture has " + size() + " pixels, the original " + original.size() +
              "; both must have the same size");
}

}  // namespace beholder
