#include "search/row_sample.hpp"

#include "search/level_search.hpp"

namespace beholder {
namespace {

constexpr std::size_t kManyBlocks = 32768;
constexpr int kManyRows = 64;
constexpr int kSampledRows = 4;

}  // namespace

int sampling_stride(const CoefficientImage& image) {
  const CoefficientPlane& luma = image.planes[0];
  return luma.block_count() >= kManyBlocks && luma.stored_high >= kManyRows ? kSampledRows : 1;
}

LevelImage sampled_levels(const CoefficientImage& coefficients, const LevelImage& levels, int stride) {
  LevelImage sample;
  sample.width = levels.width;
  sample.quant_tables = levels.quant_tables;
  for (std::size_t c = 0; c < levels.planes.size(); ++c) {
    const Plane& plane = levels.planes[c];
    Plane& part = sample.planes.emplace_back();  // not a copy of the plane: its levels are as large as the picture
    static_cast<PlaneGeometry&>(part) = plane;
    part.id = plane.id;
    part.quant_index = plane.quant_index;
    part.stored_high = 0;
    part.levels.reserve(plane.levels.size() / static_cast<std::size_t>(stride) +
                        static_cast<std::size_t>(plane.vertical_sampling) * plane.stored_wide * kBlockSize);
    const int step = levels.quant_tables[plane.quant_index][0];
    for (int row = 0; row < plane.stored_high; ++row) {
      if (!is_sampled(plane, row, stride)) continue;
      part.levels.insert(part.levels.end(), plane.block(row, 0), plane.block(row + 1, 0));
      round_dc_levels(coefficients.planes[c], row, step, part.block(part.stored_high, 0));
      ++part.stored_high;
    }
    if (stride != 1) part.blocks_high = part.stored_high;
  }
  sample.height = stride == 1 ? levels.height : sample.planes[0].stored_high * 8;
  return sample;
}

}  // namespace beholder
