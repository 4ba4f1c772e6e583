#include "metrics/ssimulacra2_error_maps.hpp"

#include <algorithm>
#include <cmath>

namespace beholder::ssimulacra2 {
namespace {

void rows_to_tile(const std::array<const float*, kBandRows>& rows, std::size_t width, float* __restrict tile) {
  for (std::size_t x = 0; x < width; ++x) {
    for (std::size_t r = 0; r < kBandRows; ++r) tile[x * kBandRows + r] = rows[r][x];
  }
}

void tile_to_rows(const float* __restrict tile, std::size_t width, const std::array<float*, kBandRows>& rows) {
  for (std::size_t x = 0; x < width; ++x) {
    for (std::size_t r = 0; r < kBandRows; ++r) rows[r][x] = tile[x * kBandRows + r];
  }
}

void multiply(const float* __restrict a, const float* __restrict b, std::size_t count, float* __restrict product) {
  for (std::size_t i = 0; i < count; ++i) product[i] = a[i] * b[i];
}

MapNorms norms_of(double sum, double sum_of_4th, double count) {
  return {sum / count, std::sqrt(std::sqrt(sum_of_4th / count))};
}

}  // namespace

ErrorMaps::ErrorMaps(int width, const RecursiveGaussian& gaussian, const Kernels& kernels)
    : gaussian_(gaussian),
      kernels_(kernels),
      width_(static_cast<std::size_t>(width)),
      raw_rows_(kKeptRows * 2 * width_),
      blurred_rows_(kKeptRows * kMoments * width_),
      zero_row_(width_),
      blurred_tile_(width_ * kBandRows),
      means_(kMoments * width_),
      column_sums_(kSums * width_) {
  for (auto& tile : tiles_) tile.resize((width_ + 2 * kTilePadding) * kBandRows);
  for (auto& state : column_state_) state.resize(kMoments * kGaussianTerms * width_);
}

float* ErrorMaps::raw_row(long row, std::size_t picture) {
  return raw_rows_.data() + (static_cast<std::size_t>(row) % kKeptRows * 2 + picture) * width_;
}

float* ErrorMaps::blurred_row(long row, std::size_t moment) {
  return blurred_rows_.data() + (static_cast<std::size_t>(row) % kKeptRows * kMoments + moment) * width_;
}

void ErrorMaps::add_row(const float* original, const float* decoded) {
  std::copy_n(original, width_, raw_row(rows_in_, 0));
  std::copy_n(decoded, width_, raw_row(rows_in_, 1));
  ++rows_in_;
  if (rows_in_ % static_cast<long>(kBandRows) == 0) {
    blur_band();
    blur_down_to(rows_in_);
  }
}

ErrorNorms ErrorMaps::finish() {
  if (rows_in_ % static_cast<long>(kBandRows) != 0) blur_band();
  blur_down_to(rows_in_ + kGaussianRadius - 1);
  flush_column_sums();
  const double count = static_cast<double>(rows_in_) * static_cast<double>(width_);
  return {norms_of(sums_[0], sums_[1], count), norms_of(sums_[2], sums_[3], count),
          norms_of(sums_[4], sums_[5], count)};
}

/// Blurs the moments of the last band along x. Rows of a band that the picture lacks hold old samples: no one reads them.
void ErrorMaps::blur_band() {
  const long first = (rows_in_ - 1) / static_cast<long>(kBandRows) * static_cast<long>(kBandRows);
  std::array<float*, 3> tiles{};
  for (std::size_t t = 0; t < tiles.size(); ++t) tiles[t] = tiles_[t].data() + kTilePadding * kBandRows;
  for (std::size_t picture = 0; picture < 2; ++picture) {
    std::array<const float*, kBandRows> rows{};
    for (std::size_t r = 0; r < kBandRows; ++r) rows[r] = raw_row(first + static_cast<long>(r), picture);
    rows_to_tile(rows, width_, tiles[picture]);
  }
  const std::array<std::array<const float*, 2>, kMoments> factors = {
      {{tiles[0], nullptr}, {tiles[1], nullptr}, {tiles[0], tiles[0]}, {tiles[1], tiles[1]}, {tiles[0], tiles[1]}}};
  for (std::size_t moment = 0; moment < kMoments; ++moment) {
    const auto& [left, right] = factors[moment];
    if (right != nullptr) multiply(left, right, width_ * kBandRows, tiles[2]);
    kernels_.blur_tile(gaussian_, right != nullptr ? tiles[2] : left, width_, blurred_tile_.data());
    std::array<float*, kBandRows> rows{};
    for (std::size_t r = 0; r < kBandRows; ++r) rows[r] = blurred_row(first + static_cast<long>(r), moment);
    tile_to_rows(blurred_tile_.data(), width_, rows);
  }
}

/// Feeds the rows below `end` to the blur along y; each completes the row N - 1 above it.
void ErrorMaps::blur_down_to(long end) {
  constexpr long kBehind = kGaussianRadius - 1;
  for (; rows_done_ < end; ++rows_done_) {
    const long row = rows_done_ - kBehind;
    const long above = row - kGaussianRadius - 1;
    const auto even = static_cast<std::size_t>(rows_done_ % 2);
    for (std::size_t moment = 0; moment < kMoments; ++moment) {
      ColumnBlur step;
      step.above = above >= 0 ? blurred_row(above, moment) : zero_row_.data();
      step.below = rows_done_ < rows_in_ ? blurred_row(rows_done_, moment) : zero_row_.data();
      for (std::size_t k = 0; k < kGaussianTerms; ++k) {
        const std::size_t offset = (moment * kGaussianTerms + k) * width_;
        step.last[k] = column_state_[1 - even].data() + offset;
        step.last_but_one[k] = column_state_[even].data() + offset;
      }
      step.blurred = means_.data() + moment * width_;
      kernels_.blur_columns(gaussian_, step, width_);
    }
    if (row < 0) continue;
    const MomentRows rows = {raw_row(row, 0),
                             raw_row(row, 1),
                             means_.data(),
                             means_.data() + width_,
                             means_.data() + 2 * width_,
                             means_.data() + 3 * width_,
                             means_.data() + 4 * width_};
    ErrorColumns columns{};
    for (std::size_t sum = 0; sum < kSums; ++sum) columns[sum] = column_sums_.data() + sum * width_;
    kernels_.add_errors(rows, width_, columns);
    if (row % kRowsPerFlush == kRowsPerFlush - 1) flush_column_sums();
  }
}

void ErrorMaps::flush_column_sums() {
  for (std::size_t which = 0; which < kSums; ++which) {
    float* columns = column_sums_.data() + which * width_;
    double sum = 0.0;
    for (std::size_t x = 0; x < width_; ++x) {
      sum += static_cast<double>(columns[x]);
      columns[x] = 0.0F;
    }
    sums_[which] += sum;
  }
}

}  // namespace beholder::ssimulacra2
