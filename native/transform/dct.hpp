// The 8x8 forward DCT of a block of samples.
#pragma once

#include <cstddef>
#include <cstdint>

namespace beholder {

/// Writes the coefficients of `blocks` blocks that lie side by side in 8 rows of samples.
///
/// `samples`: 8 rows, `stride` floats apart, level-shifted (about -128..127). `coefficients`: blocks * 64 values in
/// zigzag order, in units of 1 / kCoefficientScale, rounded to nearest.
void forward_dct_row(const float* samples, std::ptrdiff_t stride, int blocks, std::int16_t* coefficients);

}  // namespace beholder
