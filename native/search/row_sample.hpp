// The rows of MCUs from which symbol costs, steps and scans are learnt.
//
// They are learnt in turns whose levels the last one replaces: on large pictures every fourth row teaches as much.
#pragma once

#include <algorithm>
#include <vector>

#include "picture/coefficients.hpp"
#include "picture/level_image.hpp"
#include "platform/parallel.hpp"

namespace beholder {

/// Which rows of MCUs are sampled: every stride-th one.
[[nodiscard]] int sampling_stride(const CoefficientImage& image);

/// Whether a row of blocks belongs to a sampled row of MCUs.
[[nodiscard]] inline bool is_sampled(const PlaneGeometry& plane, int row, int stride) {
  return row / plane.vertical_sampling % stride == 0;
}

/// A picture of the sampled rows of `levels`, for statistics; DC levels are rounded here, the learning turns set none.
[[nodiscard]] LevelImage sampled_levels(const CoefficientImage& coefficients, const LevelImage& levels, int stride);

/// The sum, from `zero` on, of what add_row(row, sum) adds for each sampled row of blocks. Rows are dealt out to threads in
/// pieces; add(part, total) adds the pieces in their order, so that floats do not depend on the threads.
template <class Sum, class AddRow, class Add>
[[nodiscard]] Sum sum_over_rows(const PlaneGeometry& plane, int stride, int threads, const Sum& zero,
                                const AddRow& add_row, const Add& add) {
  constexpr int kRowsAPiece = 8;
  std::vector<Sum> partial(divide_up(plane.stored_high, kRowsAPiece), zero);
  parallel_for(static_cast<int>(partial.size()), threads, [&](int piece) {
    const int end = std::min((piece + 1) * kRowsAPiece, plane.stored_high);
    for (int row = piece * kRowsAPiece; row < end; ++row) {
      if (is_sampled(plane, row, stride)) add_row(row, partial[piece]);
    }
  });
  Sum total = zero;
  for (const Sum& part : partial) add(part, total);
  return total;
}

}  // namespace beholder
