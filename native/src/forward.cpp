#include "beholder/forward.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <vector>

#include "beholder/dct.hpp"
#include "beholder/error.hpp"
#include "beholder/multiversion.hpp"
#include "beholder/parallel.hpp"

namespace beholder {
namespace {

// Full-range BT.601 as in ITU-T T.871: offset + r * R + g * G + b * B.
struct Mix {
  float red;
  float green;
  float blue;
  float offset;
};
constexpr Mix kLuma{0.299F, 0.587F, 0.114F, -128.0F};
constexpr Mix kBlueDifference{-0.168735892F, -0.331264108F, 0.5F, 0.0F};
constexpr Mix kRedDifference{0.5F, -0.418687589F, -0.081312411F, 0.0F};

// Squared RGB error of an error (y, cb, cr) is 3 y^2 + 2 y (k cb + l cr) + ...; it is least for y = -(k cb + l cr) / 3.
// k = 1.772 - 0.344136, l = 1.402 - 0.714136.
constexpr float kCompensationBlue = 1.427864F / 3.0F;
constexpr float kCompensationRed = 0.687864F / 3.0F;
// Luma with that share of the chroma of its own pixel added; what the upsampled chroma gives is taken off again.
constexpr Mix kCompensatedLuma{
    kLuma.red + kCompensationBlue * kBlueDifference.red + kCompensationRed * kRedDifference.red,
    kLuma.green + kCompensationBlue * kBlueDifference.green + kCompensationRed * kRedDifference.green,
    kLuma.blue + kCompensationBlue * kBlueDifference.blue + kCompensationRed * kRedDifference.blue, kLuma.offset};

// The decoder's triangle filter U turns samples d into pixels 3/4 d[i] + 1/4 d[i +- 1]. The samples nearest to pixels c in
// the least-squares sense are (U'U)^-1 U' c; U'U = (3/8, 5/4, 3/8) has the inverse (-1/3)^|k|. Written as one filter over
// pixels, symmetric about the middle of a pair: tap m and tap 1 - m are equal, m = -9..10. Cut off at |k| = 4, where
// (1/3)^4 is 1 %, and scaled to unit gain.
constexpr int kReach = 4;
constexpr int kTaps = kReach + kReach + 2;  // even pixels 2i + 2k for k = -4..5
constexpr std::array<float, kTaps> kFittedTaps = [] {
  std::array<double, 4 * kReach + 4> filter{};  // tap m at index m + 2 * kReach + 1
  for (int shift = -kReach; shift <= kReach; ++shift) {
    double power = 1.0;
    for (int k = 0; k < (shift < 0 ? -shift : shift); ++k) power *= -1.0 / 3.0;
    const int centre = 2 * shift + 2 * kReach + 1;
    filter[centre - 1] += 0.25 * power;
    filter[centre] += 0.75 * power;
    filter[centre + 1] += 0.75 * power;
    filter[centre + 2] += 0.25 * power;
  }
  double total = 0.0;
  for (const double tap : filter) total += tap;
  std::array<float, kTaps> even{};
  for (int k = -kReach; k <= kReach + 1; ++k) {
    even[k + kReach] = static_cast<float>(filter[2 * k + 2 * kReach + 1] / total);
  }
  return even;
}();
constexpr std::array<float, kTaps> kBoxTaps = [] {
  std::array<float, kTaps> even{};
  even[kReach] = 0.5F;
  return even;
}();

// Rows of floats with one allocation.
struct FloatPlane {
  int width = 0;
  int height = 0;
  LargeVector<float> values;

  FloatPlane(int plane_width, int plane_height)
      : width(plane_width), height(plane_height), values(static_cast<std::size_t>(plane_width) * plane_height) {}
  [[nodiscard]] float* row(int y) { return values.data() + static_cast<std::size_t>(y) * width; }
  [[nodiscard]] const float* row(int y) const { return values.data() + static_cast<std::size_t>(y) * width; }
};

float mixed(const Mix& mix, float red, float green, float blue) {
  return mix.offset + ((mix.red * red + mix.green * green) + mix.blue * blue);
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

void repeat_last(float* row, int width, int padded_width) {
  std::fill(row + width, row + padded_width, row[width - 1]);
}

// Index 0..size - 1 of what stands at `i`, beyond the ends, in a row mirrored about both of them again and again.
int mirrored_index(int i, int size) {
  const int period = 2 * size;
  i = (i % period + period) % period;
  return i < size ? i : period - 1 - i;
}

// out[i] = sum over k of taps[k] * (pixels[2 (i + k)] + pixels[2 (i - k) + 1]), pixels mirrored at both ends.
BEHOLDER_MULTIVERSION
void halve_row(const float* pixels, int width, const std::array<float, kTaps>& taps, float* scratch, float* out) {
  const int half = (width + 1) / 2;
  constexpr int kMargin = kReach + 1;
  float* even = scratch + kMargin;
  float* odd = even + half + 2 * kMargin;
  for (int i = 0; i < width / 2; ++i) {
    even[i] = pixels[2 * i];
    odd[i] = pixels[2 * i + 1];
  }
  if (width % 2 != 0) {
    even[half - 1] = pixels[width - 1];
    odd[half - 1] = pixels[width - 1];
  }
  for (int k = 1; k <= kMargin; ++k) {
    const int before = mirrored_index(-2 * k, 2 * half);
    const int behind = mirrored_index(2 * (half - 1 + k), 2 * half);
    // Mirroring swaps even and odd; what stands beside an even pixel in its pair is its other half.
    even[-k] = before % 2 == 0 ? even[before / 2] : odd[before / 2];
    odd[-k] = before % 2 == 0 ? odd[before / 2] : even[before / 2];
    even[half - 1 + k] = behind % 2 == 0 ? even[behind / 2] : odd[behind / 2];
    odd[half - 1 + k] = behind % 2 == 0 ? odd[behind / 2] : even[behind / 2];
  }
  for (int i = 0; i < half; ++i) {
    float total = 0.0F;
    for (int k = -kReach; k <= kReach + 1; ++k) total += taps[k + kReach] * (even[i + k] + odd[i - k]);
    out[i] = total;
  }
}

BEHOLDER_MULTIVERSION
void add_scaled_pair(const float* first, const float* second, float tap, int width, float* total) {
  for (int x = 0; x < width; ++x) total[x] += tap * (first[x] + second[x]);
}

// Row i of a plane at half the height, from a plane whose rows are mirrored at both ends.
void halve_column(const FloatPlane& plane, int i, const std::array<float, kTaps>& taps, float* out) {
  const auto mirrored = [&](int y) {
    const int padded_height = plane.height + plane.height % 2;  // an odd last row is repeated first
    return plane.row(std::min(mirrored_index(y, padded_height), plane.height - 1));
  };
  std::fill(out, out + plane.width, 0.0F);
  for (int k = -kReach; k <= kReach + 1; ++k) {
    const float tap = taps[k + kReach];
    if (tap == 0.0F) continue;
    add_scaled_pair(mirrored(2 * (i + k)), mirrored(2 * (i - k) + 1), tap, plane.width, out);
  }
}

BEHOLDER_MULTIVERSION
void mix_rows(const float* near_row, const float* far_row, int width, float* out) {
  for (int x = 0; x < width; ++x) out[x] = 0.75F * near_row[x] + 0.25F * far_row[x];
}

// pixels[x] -= what the decoder's triangle filter makes of `samples` (half the width) at pixel x.
BEHOLDER_MULTIVERSION
void subtract_doubled_row(const float* samples, int width, float* pixels) {
  const int half = (width + 1) / 2;
  for (int i = 1; i + 1 < half; ++i) {
    pixels[2 * i] -= 0.75F * samples[i] + 0.25F * samples[i - 1];
    pixels[2 * i + 1] -= 0.75F * samples[i] + 0.25F * samples[i + 1];
  }
  for (const int i : {0, half - 1}) {
    pixels[2 * i] -= 0.75F * samples[i] + 0.25F * samples[std::max(i - 1, 0)];
    if (2 * i + 1 < width) pixels[2 * i + 1] -= 0.75F * samples[i] + 0.25F * samples[std::min(i + 1, half - 1)];
    if (half == 1) break;
  }
}

const std::uint8_t* pixel_row(const PixelView& pixels, int y) {
  return pixels.data + static_cast<std::ptrdiff_t>(y) * pixels.row_stride;
}

// Cb and Cr at their own resolution.
std::array<FloatPlane, 2> sample_chroma(const PixelView& pixels, const ForwardOptions& options) {
  const auto& taps = options.fitted_chroma ? kFittedTaps : kBoxTaps;
  const bool halve_width = options.subsampling != Subsampling::k444;
  const bool halve_height = options.subsampling == Subsampling::k420;
  const int width = halve_width ? (pixels.width + 1) / 2 : pixels.width;
  std::array<FloatPlane, 2> rows{FloatPlane(width, pixels.height), FloatPlane(width, pixels.height)};
  constexpr int kRowsAPiece = 16;
  const int pieces = (pixels.height + kRowsAPiece - 1) / kRowsAPiece;
  parallel_for(pieces, options.threads, [&](int piece) {
    std::vector<float> blue(pixels.width);
    std::vector<float> red(pixels.width);
    std::vector<float> scratch(2 * (width + 2 * kTaps));
    const int end = std::min((piece + 1) * kRowsAPiece, pixels.height);
    for (int y = piece * kRowsAPiece; y < end; ++y) {
      if (!halve_width) {
        convert_chroma_row(pixel_row(pixels, y), pixels.width, rows[0].row(y), rows[1].row(y));
        continue;
      }
      convert_chroma_row(pixel_row(pixels, y), pixels.width, blue.data(), red.data());
      halve_row(blue.data(), pixels.width, taps, scratch.data(), rows[0].row(y));
      halve_row(red.data(), pixels.width, taps, scratch.data(), rows[1].row(y));
    }
  });
  if (!halve_height) return rows;
  const int height = (pixels.height + 1) / 2;
  std::array<FloatPlane, 2> halved{FloatPlane(width, height), FloatPlane(width, height)};
  parallel_for(height, options.threads, [&](int y) {
    for (int c = 0; c < 2; ++c) halve_column(rows[c], y, taps, halved[c].row(y));
  });
  return halved;
}

// Takes off a row of pixels what the decoder's upsampling makes of the samples in row y.
void subtract_upsampled(const FloatPlane& sampled, int y, const ForwardOptions& options, int width,
                        std::vector<float>& samples, float* row) {
  if (options.subsampling == Subsampling::k420) {
    const int near_row = y / 2;
    const int far_row = std::clamp(y % 2 == 0 ? near_row - 1 : near_row + 1, 0, sampled.height - 1);
    mix_rows(sampled.row(near_row), sampled.row(far_row), sampled.width, samples.data());
  } else {
    std::copy_n(sampled.row(y), sampled.width, samples.data());
  }
  subtract_doubled_row(samples.data(), width, row);
}

// Sum over the pixels of a row, and over R, G and B, of the squared error that these chroma errors make.
BEHOLDER_MULTIVERSION
double squared_rgb_error(const float* blue_difference, const float* red_difference, int width, bool compensate_luma) {
  double sum = 0.0;
  for (int x = 0; x < width; ++x) {
    const float cb = blue_difference[x];
    const float cr = red_difference[x];
    const float luma = compensate_luma ? -(kCompensationBlue * cb + kCompensationRed * cr) : 0.0F;
    const float red = luma + 1.402F * cr;
    const float green = luma - 0.344136F * cb - 0.714136F * cr;
    const float blue = luma + 1.772F * cb;
    sum += static_cast<double>(red * red + green * green + blue * blue);
  }
  return sum;
}

// Throws Error for what no JPEG can hold.
void check_pixels(const PixelView& pixels) {
  if (pixels.width < 1 || pixels.height < 1 || pixels.width > kMaxSide || pixels.height > kMaxSide) {
    throw Error("a JPEG picture is 1 to 65535 pixels a side, got " + std::to_string(pixels.width) + " x " +
                std::to_string(pixels.height) + "; cut or scale it first");
  }
  if (pixels.channels != 1 && pixels.channels != 3) {
    throw Error("expected 1 (grey) or 3 (RGB) channels, got " + std::to_string(pixels.channels));
  }
}

void transform_plane(const FloatPlane& samples, CoefficientPlane& plane, int threads) {
  parallel_for(plane.stored_high, threads, [&](int block_row) {
    const int padded_width = plane.stored_wide * 8;
    std::vector<float> strip(static_cast<std::size_t>(padded_width) * 8);
    for (int y = 0; y < 8; ++y) {
      float* row = strip.data() + static_cast<std::size_t>(y) * padded_width;
      std::copy_n(samples.row(std::min(block_row * 8 + y, samples.height - 1)), samples.width, row);
      repeat_last(row, samples.width, padded_width);
    }
    forward_dct_row(strip.data(), padded_width, plane.stored_wide, plane.row(block_row));
  });
}

}  // namespace

CoefficientImage forward_transform(const PixelView& pixels, const ForwardOptions& options) {
  check_pixels(pixels);
  const bool grey = pixels.channels == 1;
  const bool subsampled = !grey && options.subsampling != Subsampling::k444;
  const int horizontal = subsampled ? 2 : 1;
  const int vertical = subsampled && options.subsampling == Subsampling::k420 ? 2 : 1;
  std::vector<std::array<int, 2>> sampling{{horizontal, vertical}};
  if (!grey) sampling.insert(sampling.end(), {{1, 1}, {1, 1}});
  CoefficientImage image = allocate_coefficients(pixels.width, pixels.height, sampling);

  FloatPlane combined(0, 0);
  if (!grey) {
    const std::array<FloatPlane, 2> chroma = sample_chroma(pixels, options);
    for (int c = 0; c < 2; ++c) transform_plane(chroma[c], image.planes[1 + c], options.threads);
    if (subsampled && options.compensate_luma) {
      combined = FloatPlane(chroma[0].width, chroma[0].height);
      for (std::size_t i = 0; i < combined.values.size(); ++i) {
        combined.values[i] = kCompensationBlue * chroma[0].values[i] + kCompensationRed * chroma[1].values[i];
      }
    }
  }

  CoefficientPlane& luma = image.planes[0];
  const bool compensated = combined.width != 0;
  parallel_for(luma.stored_high, options.threads, [&](int block_row) {
    const int padded_width = luma.stored_wide * 8;
    std::vector<float> strip(static_cast<std::size_t>(padded_width) * 8);
    std::vector<float> samples(combined.width);
    for (int row_of_block = 0; row_of_block < 8; ++row_of_block) {
      float* row = strip.data() + static_cast<std::size_t>(row_of_block) * padded_width;
      const int y = std::min(block_row * 8 + row_of_block, pixels.height - 1);
      if (grey) {
        convert_grey_row(pixel_row(pixels, y), pixels.width, row);
      } else {
        convert_luma_row(pixel_row(pixels, y), pixels.width, compensated ? kCompensatedLuma : kLuma, row);
        if (compensated) subtract_upsampled(combined, y, options, pixels.width, samples, row);
      }
      repeat_last(row, pixels.width, padded_width);
    }
    forward_dct_row(strip.data(), padded_width, luma.stored_wide, luma.row(block_row));
  });
  return image;
}

double chroma_sampling_error(const PixelView& pixels, const ForwardOptions& options) {
  check_pixels(pixels);
  if (pixels.channels == 1 || options.subsampling == Subsampling::k444) return 0.0;
  // Bands of rows, as pictures of their own: what their edges do to the filter stays outside the rows that are measured.
  constexpr int kBandsApart = 64;
  constexpr int kBand = 24;
  constexpr int kMargin = 8;
  const bool whole = pixels.height < 2 * kBand;
  const int bands = whole ? 1 : (pixels.height - kBand) / kBandsApart + 1;
  const int measured_rows = whole ? pixels.height : kBand - 2 * kMargin;
  std::vector<double> sums(bands);  // added in order, whatever the threads
  parallel_for(bands, options.threads, [&](int number) {
    PixelView band = pixels;
    band.data = pixel_row(pixels, number * kBandsApart);
    if (!whole) band.height = kBand;
    ForwardOptions one_thread = options;
    one_thread.threads = 1;
    const std::array<FloatPlane, 2> chroma = sample_chroma(band, one_thread);
    std::vector<float> blue(band.width);
    std::vector<float> red(band.width);
    std::vector<float> samples(chroma[0].width);
    const int first = whole ? 0 : kMargin;
    for (int y = first; y < first + measured_rows; ++y) {
      convert_chroma_row(pixel_row(band, y), band.width, blue.data(), red.data());
      subtract_upsampled(chroma[0], y, options, band.width, samples, blue.data());
      subtract_upsampled(chroma[1], y, options, band.width, samples, red.data());
      sums[number] += squared_rgb_error(blue.data(), red.data(), band.width, options.compensate_luma);
    }
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0) / (3.0 * bands * measured_rows * pixels.width);
}

}  // namespace beholder
