#include <array>
#include <string>

#include "platform/error.hpp"
#include "platform/multiversion.hpp"
#include "platform/parallel.hpp"
#include "search/optimiser.hpp"

namespace beholder {
namespace {

// Squared errors of a row of blocks by frequency. At most 8192 blocks of errors below 2^15 / 16: floats lose nothing
// that matters.
BEHOLDER_MULTIVERSION
void add_squared_errors(const std::int16_t* coefficients, const std::int16_t* levels, int blocks,
                        const std::array<float, kBlockSize>& steps, std::array<float, kBlockSize>& sums) {
  for (int block = 0; block < blocks; ++block, coefficients += kBlockSize, levels += kBlockSize) {
    for (int i = 0; i < kBlockSize; ++i) {
      const float error = kCoefficientUnit * static_cast<float>(coefficients[i]) - steps[i] * static_cast<float>(levels[i]);
      sums[i] += error * error;
    }
  }
}

}  // namespace

double weighted_error(const CoefficientImage& coefficients, const LevelImage& levels, const FrequencyTables& frequency,
                      int threads) {
  if (coefficients.planes.size() != levels.planes.size()) {
    throw Error("levels of " + std::to_string(levels.planes.size()) + " components do not belong to coefficients of " +
                std::to_string(coefficients.planes.size()));
  }
  double total = 0.0;
  for (std::size_t c = 0; c < levels.planes.size(); ++c) {
    const CoefficientPlane& source = coefficients.planes[c];
    const Plane& plane = levels.planes[c];
    if (source.stored_wide != plane.stored_wide || source.stored_high != plane.stored_high) {
      throw Error("levels and coefficients of component " + std::to_string(c) + " have different sizes");
    }
    const QuantTable& table = levels.quant_tables[plane.quant_index];
    std::array<float, kBlockSize> steps{};
    for (int i = 0; i < kBlockSize; ++i) steps[i] = static_cast<float>(table[i]);
    std::vector<double> rows(plane.blocks_high);
    parallel_for(plane.blocks_high, threads, [&](int row) {
      std::array<float, kBlockSize> sums{};
      add_squared_errors(source.row(row), plane.block(row, 0), plane.blocks_wide, steps, sums);
      for (int i = 0; i < kBlockSize; ++i) rows[row] += static_cast<double>(frequency[c][i]) * sums[i];
    });
    for (const double row : rows) total += row;
  }
  return total;
}

}  // namespace beholder
