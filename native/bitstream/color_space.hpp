// Which colours the components of a JPEG file stand for, by the rules of libjpeg.
#pragma once

#include <optional>
#include <span>

namespace beholder {

/// `unknown`: 2 components, for which no rule exists.
enum class ColorSpace { unknown, grey, ycbcr, rgb, cmyk, ycck };

/// The segments before the first scan that tell colours.
struct ColorHeaders {
  bool jfif = false;                    // an APP0 segment of 14 bytes or more that begins with "JFIF\0"
  std::optional<int> adobe_transform;   // byte 11 of an APP14 segment of 12 bytes or more that begins with "Adobe"
  bool operator==(const ColorHeaders&) const = default;
};

/// The colours that libjpeg-turbo sees (jdapimin.c, default_decompress_parms): with 3 components JFIF counts before
/// Adobe, and Adobe before the identifiers, of which 'R', 'G', 'B' alone mean RGB; with 4 components Adobe alone counts.
[[nodiscard]] ColorSpace color_space_of(std::span<const int> component_ids, const ColorHeaders& headers);

/// The segments for a file to be written from one that had `found`, so that it shows the same colours whatever its
/// component identifiers: never two segments that contradict each other, and JFIF, which holds the density, wherever
/// there was one and the colours allow it.
[[nodiscard]] ColorHeaders headers_to_write(ColorSpace space, const ColorHeaders& found);

}  // namespace beholder
