#include "transform/forward.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "platform/parallel.hpp"
#include "transform/dct.hpp"

namespace beholder {
namespace {

// Transforms a plane of `width` samples a row that fill_row(y, row) writes, y below `height`; edges are repeated.
template <class FillRow>
void transform_rows(CoefficientPlane& plane, int width, int height, int threads, const FillRow& fill_row) {
  parallel_for(plane.stored_high, threads, [&](int block_row) {
    const int padded_width = plane.stored_wide * 8;
    std::vector<float> strip(static_cast<std::size_t>(padded_width) * 8);
    for (int y = 0; y < 8; ++y) {
      float* row = strip.data() + static_cast<std::size_t>(y) * padded_width;
      fill_row(std::min(block_row * 8 + y, height - 1), row);
      std::fill(row + width, row + padded_width, row[width - 1]);
    }
    forward_dct_row(strip.data(), padded_width, plane.stored_wide, plane.row(block_row));
  });
}

// What luma takes up of the chroma sampling error, at the resolution of chroma.
FloatPlane combine(const std::array<FloatPlane, 2>& chroma) {
  FloatPlane combined(chroma[0].width, chroma[0].height);
  for (std::size_t i = 0; i < combined.values.size(); ++i) {
    combined.values[i] = kCompensationBlue * chroma[0].values[i] + kCompensationRed * chroma[1].values[i];
  }
  return combined;
}

}  // namespace

CoefficientImage forward_transform(const PixelView& pixels, const SamplingOptions& options) {
  pixels.check();
  const bool grey = pixels.channels == 1;
  const bool subsampled = !grey && options.subsampling != Subsampling::k444;
  const int horizontal = subsampled ? 2 : 1;
  const int vertical = subsampled && options.subsampling == Subsampling::k420 ? 2 : 1;
  std::vector<Sampling> sampling{{horizontal, vertical}};
  if (!grey) sampling.insert(sampling.end(), {{1, 1}, {1, 1}});
  CoefficientImage image = allocate_coefficients(pixels.width, pixels.height, sampling);

  FloatPlane combined(0, 0);
  if (!grey) {
    const std::array<FloatPlane, 2> chroma = sample_chroma(pixels, options);
    for (int c = 0; c < 2; ++c) {
      const auto copy_row = [&](int y, float* row) { std::copy_n(chroma[c].row(y), chroma[c].width, row); };
      transform_rows(image.planes[1 + c], chroma[c].width, chroma[c].height, options.threads, copy_row);
    }
    if (subsampled && options.compensate_luma) combined = combine(chroma);
  }
  const bool compensated = combined.width != 0;
  const auto fill_luma_row = [&](int y, float* row) {
    if (grey) {
      convert_grey_row(pixels.row(y), pixels.width, row);
      return;
    }
    convert_luma_row(pixels.row(y), pixels.width, compensated ? kCompensatedLuma : kLuma, row);
    if (compensated) subtract_upsampled(combined, y, options, pixels.width, row);
  };
  transform_rows(image.planes[0], pixels.width, pixels.height, options.threads, fill_luma_row);
  return image;
}

}  // namespace beholder
