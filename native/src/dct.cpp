#include "beholder/dct.hpp"

#include <algorithm>
#include <array>

#include "beholder/coefficients.hpp"
#include "beholder/multiversion.hpp"
#include "beholder/zigzag.hpp"

namespace beholder {
namespace {

// cos(k pi / 16) / 2 for k = 0..7, the entries of the orthonormal 8-point DCT-II matrix (k = 4 stands for the DC row).
constexpr std::array<double, 8> kHalfCosine = {0.5,
                                               0.49039264020161522456,
                                               0.46193976625564337806,
                                               0.41573480615127261854,
                                               0.35355339059327376220,
                                               0.27778511650980111237,
                                               0.19134171618254488586,
                                               0.09754516100806413392};

// basis[u][x] of the orthonormal 8-point DCT-II.
constexpr std::array<std::array<double, 8>, 8> kBasis = [] {
  std::array<std::array<double, 8>, 8> basis{};
  for (int u = 0; u < 8; ++u) {
    for (int x = 0; x < 8; ++x) {
      if (u == 0) {
        basis[u][x] = kHalfCosine[4];
        continue;
      }
      // cos of phase * pi / 16 folded into the first quadrant
      int phase = (2 * x + 1) * u % 32;
      if (phase > 16) phase = 32 - phase;
      const bool negative = phase > 8;
      if (negative) phase = 16 - phase;
      const double magnitude = phase == 8 ? 0.0 : kHalfCosine[phase];
      basis[u][x] = negative ? -magnitude : magnitude;
    }
  }
  return basis;
}();

// transposed[x][v] = basis[v][x] * kCoefficientScale: the second pass scales to the unit of storage.
constexpr std::array<std::array<float, 8>, 8> kScaledTransposed = [] {
  std::array<std::array<float, 8>, 8> transposed{};
  for (int x = 0; x < 8; ++x) {
    for (int v = 0; v < 8; ++v) transposed[x][v] = static_cast<float>(kBasis[v][x] * kCoefficientScale);
  }
  return transposed;
}();

// Adding and subtracting 1.5 * 2^23 rounds a float below 2^22 to the nearest integer in any rounding-to-nearest FPU.
constexpr float kRoundingMagic = 12582912.0F;

}  // namespace

BEHOLDER_MULTIVERSION
void forward_dct_row(const float* samples, std::ptrdiff_t stride, int blocks, std::int16_t* coefficients) {
  for (int block = 0; block < blocks; ++block) {
    const float* in = samples + 8 * block;
    alignas(64) float vertical[8][8];  // [vertical frequency][x]
    {
      float sum[4][8];
      float difference[4][8];
      for (int y = 0; y < 4; ++y) {
        for (int x = 0; x < 8; ++x) {
          const float top = in[y * stride + x];
          const float bottom = in[(7 - y) * stride + x];
          sum[y][x] = top + bottom;
          difference[y][x] = top - bottom;
        }
      }
      for (int u = 0; u < 8; ++u) {
        const auto& half = u % 2 == 0 ? sum : difference;
        const float b0 = static_cast<float>(kBasis[u][0]);
        const float b1 = static_cast<float>(kBasis[u][1]);
        const float b2 = static_cast<float>(kBasis[u][2]);
        const float b3 = static_cast<float>(kBasis[u][3]);
        for (int x = 0; x < 8; ++x) {
          vertical[u][x] = (b0 * half[0][x] + b1 * half[1][x]) + (b2 * half[2][x] + b3 * half[3][x]);
        }
      }
    }
    alignas(64) std::int16_t natural[64];
    for (int u = 0; u < 8; ++u) {
      float row[8] = {};
      for (int x = 0; x < 8; ++x) {
        for (int v = 0; v < 8; ++v) row[v] += vertical[u][x] * kScaledTransposed[x][v];
      }
      for (int v = 0; v < 8; ++v) {
        const float clamped = std::min(std::max(row[v], -32767.0F), 32767.0F);
        natural[8 * u + v] = static_cast<std::int16_t>(static_cast<int>((clamped + kRoundingMagic) - kRoundingMagic));
      }
    }
    std::int16_t* out = coefficients + static_cast<std::ptrdiff_t>(block) * kBlockSize;
    for (int i = 0; i < kBlockSize; ++i) out[i] = natural[kZigzagToNatural[i]];
  }
}

}  // namespace beholder
