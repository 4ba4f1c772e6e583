#include "picture/coefficients.hpp"

#include <algorithm>
#include <string>

#include "platform/error.hpp"

namespace beholder {
namespace {

template <class Planes>
std::vector<Sampling> sampling_of(const Planes& planes) {
  std::vector<Sampling> sampling;
  for (const PlaneGeometry& plane : planes) sampling.push_back({plane.horizontal_sampling, plane.vertical_sampling});
  return sampling;
}

}  // namespace

CoefficientImage allocate_coefficients(int width, int height, const std::vector<Sampling>& sampling) {
  CoefficientImage image;
  image.width = width;
  image.height = height;
  for (const auto& [horizontal, vertical] : sampling) {
    CoefficientPlane& plane = image.planes.emplace_back();
    plane.horizontal_sampling = horizontal;
    plane.vertical_sampling = vertical;
  }
  const Sampling largest = largest_sampling(image.planes);
  for (CoefficientPlane& plane : image.planes) {
    plane.lay_out(width, height, largest);
    plane.values.resize(plane.block_count() * kBlockSize);
  }
  return image;
}

CoefficientImage sample_mcu_rows(const CoefficientImage& image, int stride) {
  if (stride < 1) throw Error("stride must be at least 1, got " + std::to_string(stride));
  const int mcu_rows = image.planes[0].stored_high / image.planes[0].vertical_sampling;
  const int sampled_rows = divide_up(mcu_rows, stride);
  const int height = sampled_rows * 8 * largest_sampling(image.planes).vertical;
  CoefficientImage sample = allocate_coefficients(image.width, height, sampling_of(image.planes));
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
  CoefficientImage changed = allocate_coefficients(image.width, image.height, sampling_of(image.planes));
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
  CoefficientImage image = allocate_coefficients(levels.width, levels.height, sampling_of(levels.planes));
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

float neighbour_difference(const CoefficientPlane& plane, int row, int column) {
  const float mean = block_mean(plane, row, column);
  float squares = 0.0F;
  for (const float neighbour : {block_mean(plane, row, std::max(column - 1, 0)),
                                block_mean(plane, row, std::min(column + 1, plane.stored_wide - 1)),
                                block_mean(plane, std::max(row - 1, 0), column),
                                block_mean(plane, std::min(row + 1, plane.stored_high - 1), column)}) {
    squares += (neighbour - mean) * (neighbour - mean);
  }
  return 0.25F * squares;
}

}  // namespace beholder
