// count_first_scans against count_ac_first, band by band.
#include "search/split_statistics.hpp"

#include <array>
#include <cstdio>
#include <random>

#include "bitstream/progressive.hpp"
#include "picture/frame.hpp"

namespace {

constexpr std::array<int, 6> kSplits{1, 2, 7, 17, 40, 62};

beholder::LevelImage random_image(std::mt19937& random, int width, int height, int percent_nonzero) {
  beholder::LevelImage image;
  image.width = width;
  image.height = height;
  beholder::Plane luma;
  luma.horizontal_sampling = 2;
  luma.vertical_sampling = 2;
  beholder::Plane chroma;
  chroma.id = 2;
  image.planes = {luma, chroma};
  image.quant_tables[0].fill(1);
  beholder::lay_out_planes(image);
  for (beholder::Plane& plane : image.planes) {
    for (std::int16_t& level : plane.levels) {
      if (static_cast<int>(random() % 100) >= percent_nonzero) continue;
      level = static_cast<std::int16_t>((static_cast<int>(random() % 2047) - 1023) >> random() % 11);
    }
  }
  return image;
}

bool check(beholder::SignificanceMasks& masks, int component, int al) {
  const auto counts = beholder::count_first_scans(masks, component, al, kSplits);
  bool same = counts.whole == beholder::count_ac_first(masks, {component, 1, 63, al});
  for (std::size_t i = 0; i < kSplits.size(); ++i) {
    same = same && counts.splits[i].lower == beholder::count_ac_first(masks, {component, 1, kSplits[i], al});
    same = same && counts.splits[i].upper == beholder::count_ac_first(masks, {component, kSplits[i] + 1, 63, al});
  }
  return same;
}

}  // namespace

int main() {
  std::mt19937 random(5);
  // The last ones have more than 32,767 blocks: runs as long as a symbol can say.
  const std::array<std::array<int, 2>, 5> sizes{{{1, 1}, {100, 60}, {333, 250}, {1500, 1500}, {2000, 1500}}};
  for (const auto& size : sizes) {
    for (const int percent : {0, 1, 10, 60, 100}) {
      const beholder::LevelImage image = random_image(random, size[0], size[1], percent);
      beholder::SignificanceMasks masks(image);
      for (int component = 0; component < 2; ++component) {
        for (int al = 0; al < 4; ++al) {
          if (check(masks, component, al)) continue;
          std::fprintf(stderr, "%d x %d, %d %%, component %d, al %d: counts differ\n", size[0], size[1], percent,
                       component, al);
          return 1;
        }
      }
    }
  }
  return 0;
}
