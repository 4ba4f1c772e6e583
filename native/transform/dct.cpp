#include "transform/dct.hpp"

#include <array>

#include "picture/coefficients.hpp"
#include "platform/float8.hpp"
#include "platform/multiversion.hpp"

namespace beholder {
namespace {

// Raster position (8 * vertical + horizontal frequency) of each zigzag position (ITU-T T.81, Figure A.6).
constexpr std::array<std::uint8_t, 64> kZigzagToNatural = [] {
  std::array<std::uint8_t, 64> order{};
  int row = 0;
  int column = 0;
  for (int i = 0; i < 64; ++i) {
    order[i] = static_cast<std::uint8_t>(8 * row + column);
    const bool upwards = (row + column) % 2 == 0;
    int& ahead = upwards ? column : row;
    int& back = upwards ? row : column;
    if (ahead == 7) {
      ++back;
    } else {
      ++ahead;
      back -= back > 0 ? 1 : 0;
    }
  }
  return order;
}();

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

constexpr std::array<std::array<float, 8>, 8> kFloatBasis = [] {
  std::array<std::array<float, 8>, 8> basis{};
  for (int u = 0; u < 8; ++u) {
    for (int x = 0; x < 8; ++x) basis[u][x] = static_cast<float>(kBasis[u][x]);
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

}  // namespace

BEHOLDER_MULTIVERSION
void forward_dct_row(const float* samples, std::ptrdiff_t stride, int blocks, std::int16_t* coefficients) {
  constexpr float kLargest = 32767.0F;
  Float8 transposed[8];
  for (int x = 0; x < 8; ++x) transposed[x] = load8(kScaledTransposed[x].data());
  for (int block = 0; block < blocks; ++block) {
    const float* in = samples + 8 * block;
    Float8 half[2][4];  // sums and differences of opposite rows: what even and odd frequencies see
    for (int y = 0; y < 4; ++y) {
      const Float8 top = load8(in + y * stride);
      const Float8 bottom = load8(in + (7 - y) * stride);
      half[0][y] = top + bottom;
      half[1][y] = top - bottom;
    }
    alignas(64) std::int16_t natural[kBlockSize];
    for (int u = 0; u < 8; ++u) {
      const auto& basis = kFloatBasis[u];
      const auto& rows = half[u % 2];
      alignas(32) float vertical[8];
      store8((basis[0] * rows[0] + basis[1] * rows[1]) + (basis[2] * rows[2] + basis[3] * rows[3]), vertical);
      const Float8 first = (vertical[0] * transposed[0] + vertical[1] * transposed[1]) +
                           (vertical[2] * transposed[2] + vertical[3] * transposed[3]);
      const Float8 second = (vertical[4] * transposed[4] + vertical[5] * transposed[5]) +
                            (vertical[6] * transposed[6] + vertical[7] * transposed[7]);
      store8_rounded(clamp8(first + second, kLargest), natural + 8 * u);
    }
    std::int16_t* out = coefficients + static_cast<std::ptrdiff_t>(block) * kBlockSize;
    for (int i = 0; i < kBlockSize; ++i) out[i] = natural[kZigzagToNatural[i]];
  }
}

}  // namespace beholder
