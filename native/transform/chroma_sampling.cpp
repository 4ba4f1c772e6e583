#include "transform/chroma_sampling.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "platform/multiversion.hpp"
#include "platform/parallel.hpp"

namespace beholder {
namespace {

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

}  // namespace

std::array<FloatPlane, 2> sample_chroma(const PixelView& pixels, const SamplingOptions& options) {
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
        convert_chroma_row(pixels.row(y), pixels.width, rows[0].row(y), rows[1].row(y));
        continue;
      }
      convert_chroma_row(pixels.row(y), pixels.width, blue.data(), red.data());
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

void subtract_upsampled(const FloatPlane& sampled, int y, const SamplingOptions& options, int width, float* row) {
  LargeVector<float> samples(sampled.width);
  if (options.subsampling == Subsampling::k420) {
    const int near_row = y / 2;
    const int far_row = std::clamp(y % 2 == 0 ? near_row - 1 : near_row + 1, 0, sampled.height - 1);
    mix_rows(sampled.row(near_row), sampled.row(far_row), sampled.width, samples.data());
  } else {
    std::copy_n(sampled.row(y), sampled.width, samples.data());
  }
  subtract_doubled_row(samples.data(), width, row);
}

double chroma_sampling_error(const PixelView& pixels, const SamplingOptions& options) {
  pixels.check();
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
    band.data = pixels.row(number * kBandsApart);
    if (!whole) band.height = kBand;
    SamplingOptions one_thread = options;
    one_thread.threads = 1;
    const std::array<FloatPlane, 2> chroma = sample_chroma(band, one_thread);
    std::vector<float> blue(band.width);
    std::vector<float> red(band.width);
    const int first = whole ? 0 : kMargin;
    for (int y = first; y < first + measured_rows; ++y) {
      convert_chroma_row(band.row(y), band.width, blue.data(), red.data());
      subtract_upsampled(chroma[0], y, options, band.width, blue.data());
      subtract_upsampled(chroma[1], y, options, band.width, red.data());
      sums[number] += squared_rgb_error(blue.data(), red.data(), band.width, options.compensate_luma);
    }
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0) / (3.0 * bands * measured_rows * pixels.width);
}

}  // namespace beholder
