#include "predictor/predictor_features.hpp"

#include <algorithm>
#include <cmath>

#include "platform/float8.hpp"
#include "platform/multiversion.hpp"
#include "platform/parallel.hpp"

namespace beholder {
namespace {

constexpr int kMeans = 3;
constexpr int kLumaStep = 9;     // where the measures that come from more than one block stand
constexpr int kChromaStep = 10;
constexpr int kCbEnergy = 11;
constexpr int kCellSpan = 288;  // pixels of the shorter side for one more block a cell's side: 36 cells of 8 pixels

[[gnu::always_inline]] inline float sum8(const Float8& value) {
  float lanes[8];
  store8(value, lanes);
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

// Squares of eight coefficients, sample values squared.
[[gnu::always_inline]] inline Float8 squares8(const std::int16_t* coefficients) {
  float values[8];
  for (int i = 0; i < 8; ++i) values[i] = static_cast<float>(coefficients[i]) * kCoefficientUnit;
  const Float8 loaded = load8(values);
  return loaded * loaded;
}

BEHOLDER_MULTIVERSION
void measure_luma_row(const std::int16_t* coefficients, int blocks, float* measures) {
  for (int block = 0; block < blocks; ++block, coefficients += kBlockSize, measures += kMeasures) {
    float low[8];
    store8(squares8(coefficients), low);
    measures[0] = static_cast<float>(coefficients[0]) * (kCoefficientUnit / 8.0F);
    measures[3] = low[1] + low[5] + low[6];  // zigzag 1, 5, 6: horizontal frequencies 1, 2, 3
    measures[4] = low[2] + low[3];           // vertical 1, 2
    measures[5] = low[4] + low[7];           // (1, 1) and (1, 2)
    measures[6] = sum8(squares8(coefficients + 8));
    measures[7] = sum8(squares8(coefficients + 16) + squares8(coefficients + 24));
    measures[8] = sum8((squares8(coefficients + 32) + squares8(coefficients + 40)) +
                       (squares8(coefficients + 48) + squares8(coefficients + 56)));
  }
}

// AC energy of each block of a row.
BEHOLDER_MULTIVERSION
void measure_chroma_row(const std::int16_t* coefficients, int blocks, float* energies) {
  for (int block = 0; block < blocks; ++block, coefficients += kBlockSize) {
    Float8 total = squares8(coefficients) + squares8(coefficients + 8);
    for (int i = 16; i < kBlockSize; i += 8) total = total + squares8(coefficients + i);
    const float dc = static_cast<float>(coefficients[0]) * kCoefficientUnit;
    energies[block] = std::max(sum8(total) - dc * dc, 0.0F);
  }
}

FeatureMap measure_chroma(const CoefficientPlane& plane, int threads) {
  enum { kMean, kStep, kEnergy, kCount };
  FeatureMap map(plane.stored_high, plane.stored_wide, kCount);
  parallel_for(plane.stored_high, threads, [&](int row) {
    std::vector<float> energies(static_cast<std::size_t>(plane.stored_wide));
    measure_chroma_row(plane.row(row), plane.stored_wide, energies.data());
    for (int column = 0; column < plane.stored_wide; ++column) {
      float* out = map.at(row, column);
      out[kMean] = block_mean(plane, row, column);
      out[kStep] = neighbour_difference(plane, row, column);
      out[kEnergy] = energies[static_cast<std::size_t>(column)];
    }
  });
  return map;
}

}  // namespace

FeatureMap measure_blocks(const CoefficientImage& coefficients, int threads) {
  const CoefficientPlane& luma = coefficients.planes[0];
  std::vector<FeatureMap> chroma;
  if (coefficients.planes.size() >= 3) {
    for (const std::size_t c : {1U, 2U}) chroma.push_back(measure_chroma(coefficients.planes[c], threads));
  }
  FeatureMap map(luma.stored_high, luma.stored_wide, kMeasures);
  parallel_for(luma.stored_high, threads, [&](int row) {
    measure_luma_row(luma.row(row), luma.stored_wide, map.at(row, 0));
    for (int column = 0; column < luma.stored_wide; ++column) {
      float* out = map.at(row, column);
      out[kLumaStep] = neighbour_difference(luma, row, column);
      for (std::size_t c = 0; c < chroma.size(); ++c) {
        const auto under = [](int place, int count, int of) {
          return static_cast<int>(static_cast<std::int64_t>(place) * count / of);
        };
        const float* source =
            chroma[c].at(under(row, chroma[c].rows, map.rows), under(column, chroma[c].columns, map.columns));
        out[1 + c] = source[0];
        out[kChromaStep] += source[1];
        out[kCbEnergy + c] = source[2];
      }
    }
  });
  return map;
}

int cell_side(int width, int height) { return std::max(1, (std::min(width, height) + kCellSpan / 2) / kCellSpan); }

void compress_measures(const float* measures, float* compressed) {
  compressed[0] = measures[0] * (1.0F / 64.0F);
  compressed[1] = measures[1] * (1.0F / 32.0F);
  compressed[2] = measures[2] * (1.0F / 32.0F);
  for (int i = kMeans; i < kMeasures; ++i) compressed[i] = std::log(1.0F + measures[i]) * 0.25F - 1.0F;
}

FeatureMap describe_cells(const FeatureMap& measures, int width, int height, int side) {
  FeatureMap cells((measures.rows + side - 1) / side, (measures.columns + side - 1) / side, kMeasures + kPositions);
  const auto shorter = static_cast<float>(std::min(width, height));
  const auto longer = static_cast<float>(std::max(width, height));
  const float aspect = std::min(std::log(longer / shorter), 2.0F);
  const float size = std::clamp(std::log2(shorter / static_cast<float>(kCellSpan * side)), -1.0F, 1.0F);
  const auto offset = [&](int place, int length) {
    const float centre = (static_cast<float>(place) + 0.5F) * static_cast<float>(8 * side);
    return std::clamp((centre - static_cast<float>(length) * 0.5F) / shorter, -2.0F, 2.0F);
  };
  for (int row = 0; row < cells.rows; ++row) {
    const int bottom = std::min((row + 1) * side, measures.rows);
    const float v = offset(row, height);
    for (int column = 0; column < cells.columns; ++column) {
      const int right = std::min((column + 1) * side, measures.columns);
      float mean[kMeasures] = {};
      for (int y = row * side; y < bottom; ++y) {
        for (int x = column * side; x < right; ++x) {
          const float* source = measures.at(y, x);
          for (int i = 0; i < kMeasures; ++i) mean[i] += source[i];
        }
      }
      const float share = 1.0F / static_cast<float>((bottom - row * side) * (right - column * side));
      for (float& value : mean) value *= share;
      float* out = cells.at(row, column);
      compress_measures(mean, out);
      const float u = offset(column, width);
      const float square = 2.0F * std::max(std::abs(u), std::abs(v));
      // Classifiers crop a central square of which they see about 7/8.
      const float edge = std::clamp((square - 0.87F) * 8.0F, -1.0F, 1.0F);
      const float place[kPositions] = {std::abs(u), v, std::abs(v), square, edge, aspect, size};
      std::copy_n(place, kPositions, out + kMeasures);
    }
  }
  return cells;
}

}  // namespace beholder
