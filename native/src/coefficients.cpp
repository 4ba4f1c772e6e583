#include "beholder/coefficients.hpp"

#include <algorithm>
#include <string>

#include "beholder/error.hpp"

namespace beholder {
namespace {

std::vector<std::array<int, 2>> sampling_of(const CoefficientImage& image) {
  std::vector<std::array<int, 2>> sampling;
  for (const CoefficientPlane& plane : image.planes) {
    sampling.push_back({plane.horizontal_sampling, plane.vertical_sampling});
  }
  return sampling;
}

}  // namespace

CoefficientImage allocate_coefficients(int width, int height, const std::vector<std::array<int, 2>>& sampling) {
  int max_horizontal = 1;
  int max_vertical = 1;
  for (const auto& [horizontal, vertical] : sampling) {
    max_horizontal = std::max(max_horizontal, horizontal);
    max_vertical = std::max(max_vertical, vertical);
  }
  const auto ceil_div = [](int a, int b) { return (a + b - 1) / b; };
  const int mcus_wide = ceil_div(width, 8 * max_horizontal);
  const int mcus_high = ceil_div(height, 8 * max_vertical);
  CoefficientImage image;
  image.width = width;
  image.height = height;
  for (const auto& [horizontal, vertical] : sampling) {
    CoefficientPlane plane;
    plane.horizontal_sampling = horizontal;
    plane.vertical_sampling = vertical;
    plane.blocks_wide = ceil_div(ceil_div(width * horizontal, max_horizontal), 8);
    plane.blocks_high = ceil_div(ceil_div(height * vertical, max_vertical), 8);
    plane.stored_wide = mcus_wide * horizontal;
    plane.stored_high = mcus_high * vertical;
    plane.values.resize(plane.block_count() * kBlockSize);
    image.planes.push_back(std::move(plane));
  }
  return image;
}

CoefficientImage sample_mcu_rows(const CoefficientImage& image, int stride) {
  if (stride < 1) throw Error("stride must be at least 1, got " + std::to_string(stride));
  int max_vertical = 1;
  for (const CoefficientPlane& plane : image.planes) max_vertical = std::max(max_vertical, plane.vertical_sampling);
  const int mcu_rows = image.planes[0].stored_high / image.planes[0].vertical_sampling;
  const int sampled_rows = (mcu_rows + stride - 1) / stride;
  CoefficientImage sample = allocate_coefficients(image.width, sampled_rows * 8 * max_vertical, sampling_of(image));
  for (std::size_t c = 0; c < image.planes.size(); ++c) {
    const CoefficientPlane& source = image.planes[c];
    CoefficientPlane& target = sample.planes[c];
    const int rows = source.vertical_sampling;  // of blocks in an MCU
    for (int mcu_row = 0; mcu_row < sampled_rows; ++mcu_row) {
      const std::int16_t* first = source.row(mcu_row * stride * rows);
      std::copy_n(first, std::size_t{kBlockSize} * rows * source.stored_wide, target.row(mcu_row * rows));
    }
  }
  return sample;
}

CoefficientImage with_values(const CoefficientImage& image, const std::vector<std::span<const std::int16_t>>& values) {
  if (values.size() != image.planes.size()) {
    throw Error("values must be given for " + std::to_string(image.planes.size()) + " components, got " +
                std::to_string(values.size()));
  }
  CoefficientImage changed = allocate_coefficients(image.width, image.height, sampling_of(image));
  for (std::size_t c = 0; c < values.size(); ++c) {
    LargeVector<std::int16_t>& target = changed.planes[c].values;
    if (values[c].size() != target.size()) {
      throw Error("component " + std::to_string(c) + " has " + std::to_string(target.size()) + " coefficients, got " +
                  std::to_string(values[c].size()) + " values");
    }
    std::copy(values[c].begin(), values[c].end(), target.begin());
  }
  return changed;
}

CoefficientImage dequantise(const LevelImage& levels) {
  constexpr std::int64_t kLargest = 2047 * kCoefficientScale;
  std::vector<std::array<int, 2>> sampling;
  for (const Plane& plane : levels.planes) sampling.push_back({plane.horizontal_sampling, plane.vertical_sampling});
  CoefficientImage image = allocate_coefficients(levels.width, levels.height, sampling);
  for (std::size_t c = 0; c < levels.planes.size(); ++c) {
    const Plane& source = levels.planes[c];
    CoefficientPlane& target = image.planes[c];
    const QuantTable& table = levels.quant_tables[source.quant_index];
    for (int row = 0; row < target.stored_high; ++row) {
      // A reader may have stored fewer padding blocks than an interleaved scan codes: repeat the last ones.
      const int source_row = std::min(row, source.stored_high - 1);
      for (int column = 0; column < target.stored_wide; ++column) {
        const std::int16_t* from = source.block(source_row, std::min(column, source.stored_wide - 1));
        std::int16_t* to = target.row(row) + static_cast<std::size_t>(column) * kBlockSize;
        for (int i = 0; i < kBlockSize; ++i) {
          const std::int64_t value = std::int64_t{from[i]} * table[i] * kCoefficientScale;
          to[i] = static_cast<std::int16_t>(std::clamp<std::int64_t>(value, -kLargest, kLargest));
        }
      }
    }
  }
  return image;
}

}  // namespace beholder
