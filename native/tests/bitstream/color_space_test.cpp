// libjpeg's rules of colours, and that what is written says the same.
#include "bitstream/color_space.hpp"

#include <cstdio>
#include <vector>

namespace {

using beholder::ColorHeaders;
using beholder::ColorSpace;

struct Case {
  std::vector<int> ids;
  ColorHeaders headers;
  ColorSpace expected;
};

const std::vector<Case> kCases{
    {{1}, {false, std::nullopt}, ColorSpace::grey},
    {{7}, {true, 0}, ColorSpace::grey},
    {{1, 2}, {true, std::nullopt}, ColorSpace::unknown},
    {{1, 2, 3}, {false, std::nullopt}, ColorSpace::ycbcr},
    {{1, 2, 3}, {false, 0}, ColorSpace::rgb},
    {{1, 2, 3}, {false, 1}, ColorSpace::ycbcr},
    {{1, 2, 3}, {false, 2}, ColorSpace::ycbcr},
    {{1, 2, 3}, {false, 255}, ColorSpace::ycbcr},
    {{1, 2, 3}, {true, 0}, ColorSpace::ycbcr},
    {{'R', 'G', 'B'}, {false, std::nullopt}, ColorSpace::rgb},
    {{'R', 'G', 'B'}, {true, std::nullopt}, ColorSpace::ycbcr},
    {{'R', 'G', 'B'}, {false, 0}, ColorSpace::rgb},
    {{'R', 'G', 'B'}, {false, 1}, ColorSpace::ycbcr},
    {{'r', 'g', 'b'}, {false, std::nullopt}, ColorSpace::ycbcr},
    {{0, 1, 2}, {false, std::nullopt}, ColorSpace::ycbcr},
    {{'R', 'G', 'R'}, {false, std::nullopt}, ColorSpace::ycbcr},
    {{1, 2, 3, 4}, {false, std::nullopt}, ColorSpace::cmyk},
    {{1, 2, 3, 4}, {true, std::nullopt}, ColorSpace::cmyk},
    {{1, 2, 3, 4}, {false, 0}, ColorSpace::cmyk},
    {{1, 2, 3, 4}, {false, 1}, ColorSpace::ycck},
    {{1, 2, 3, 4}, {false, 2}, ColorSpace::ycck},
    {{1, 2, 3, 4}, {true, 2}, ColorSpace::ycck},
    {{'C', 'M', 'Y', 'K'}, {true, 0}, ColorSpace::cmyk},
};

}  // namespace

int main() {
  for (std::size_t i = 0; i < kCases.size(); ++i) {
    const auto& [ids, headers, expected] = kCases[i];
    if (beholder::color_space_of(ids, headers) != expected) {
      std::fprintf(stderr, "case %zu: wrong colours\n", i);
      return 1;
    }
    const ColorHeaders written = beholder::headers_to_write(expected, headers);
    if (beholder::color_space_of(ids, written) != expected) {
      std::fprintf(stderr, "case %zu: the segments that are written mean other colours\n", i);
      return 1;
    }
    if (written.jfif && written.adobe_transform && ids.size() < 4) {
      std::fprintf(stderr, "case %zu: two segments tell the colours\n", i);
      return 1;
    }
    if (headers.jfif && ids.size() != 2 && !written.jfif) {
      std::fprintf(stderr, "case %zu: the JFIF header, which holds the density, is lost\n", i);
      return 1;
    }
    if (ids.size() == 4 && written.adobe_transform.has_value() != headers.adobe_transform.has_value()) {
      std::fprintf(stderr, "case %zu: an Adobe segment, which inverts CMYK for many programs, comes or goes\n", i);
      return 1;
    }
  }
  return 0;
}
