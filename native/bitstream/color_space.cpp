#include "bitstream/color_space.hpp"

#include <algorithm>
#include <array>

namespace beholder {
namespace {

ColorSpace of_three(std::span<const int> ids, const ColorHeaders& headers) {
  constexpr std::array<int, 3> rgb_ids{'R', 'G', 'B'};
  if (headers.jfif) return ColorSpace::ycbcr;
  // Any transform but 0 is read as 1, with a warning of libjpeg's.
  if (headers.adobe_transform) return *headers.adobe_transform == 0 ? ColorSpace::rgb : ColorSpace::ycbcr;
  // 1, 2, 3 are JFIF's own identifiers; those that nobody knows are read as YCbCr too.
  return std::equal(ids.begin(), ids.end(), rgb_ids.begin(), rgb_ids.end()) ? ColorSpace::rgb : ColorSpace::ycbcr;
}

}  // namespace

ColorSpace color_space_of(std::span<const int> component_ids, const ColorHeaders& headers) {
  switch (component_ids.size()) {
    case 1:
      return ColorSpace::grey;
    case 3:
      return of_three(component_ids, headers);
    case 4:
      // Any transform but 0 is read as 2, with a warning of libjpeg's.
      return headers.adobe_transform.value_or(0) == 0 ? ColorSpace::cmyk : ColorSpace::ycck;
    default:
      return ColorSpace::unknown;
  }
}

ColorHeaders headers_to_write(ColorSpace space, const ColorHeaders& found) {
  const bool adobe_alone = found.adobe_transform && !found.jfif;
  switch (space) {
    case ColorSpace::grey:
      // Adobe's segment says nothing about grey, but stays where the file had it instead of JFIF.
      if (adobe_alone) return {false, *found.adobe_transform <= 2 ? *found.adobe_transform : 0};
      return {true, std::nullopt};
    case ColorSpace::ycbcr:
      return adobe_alone ? ColorHeaders{false, 1} : ColorHeaders{true, std::nullopt};
    case ColorSpace::rgb:
      return {false, 0};
    case ColorSpace::cmyk:
      // Programs take CMYK for inverted where an Adobe segment stands, so that none is added.
      return {found.jfif, found.adobe_transform ? std::optional<int>(0) : std::nullopt};
    case ColorSpace::ycck:
      return {found.jfif, 2};
    case ColorSpace::unknown:
      break;
  }
  return {found.jfif, std::nullopt};
}

}  // namespace beholder
