#include "predictor/masking.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "platform/error.hpp"
#include "platform/multiversion.hpp"
#include "platform/parallel.hpp"

namespace beholder {
namespace {

// Mean squared AC coefficient of each block of a row. Sums are integers, so the order of addition does not matter.
BEHOLDER_MULTIVERSION
void ac_energy_row(const std::int16_t* coefficients, int blocks, float* energy) {
  constexpr float kScale = kCoefficientUnit * kCoefficientUnit * 16.0F / (kBlockSize - 1);
  for (int block = 0; block < blocks; ++block, coefficients += kBlockSize) {
    std::uint32_t total = 0;
    for (int i = 0; i < kBlockSize; ++i) {
      // A quarter of a unit is precise enough and keeps 64 squares within 32 bits.
      const std::int32_t value = coefficients[i] / 4;
      total += i == 0 ? 0U : static_cast<std::uint32_t>(value * value);
    }
    energy[block] = kScale * static_cast<float>(total);
  }
}

struct Activity {
  int width = 0;
  int height = 0;
  std::vector<float> values;  // one a luma block

  [[nodiscard]] float at(int row, int column) const {
    return values[static_cast<std::size_t>(row) * width + column];
  }
};

Activity measure_activity(const CoefficientPlane& luma, float step_share, int threads) {
  Activity activity{luma.stored_wide, luma.stored_high, std::vector<float>(luma.block_count())};
  parallel_for(luma.stored_high, threads, [&](int row) {
    float* out = activity.values.data() + static_cast<std::size_t>(row) * luma.stored_wide;
    ac_energy_row(luma.row(row), luma.stored_wide, out);
    for (int column = 0; column < luma.stored_wide; ++column) {
      out[column] += step_share * neighbour_difference(luma, row, column);
    }
  });
  return activity;
}

void check_model(const MaskingModel& model) {
  if (!(model.knee > 0.0F && std::isfinite(model.knee))) {
    throw Error("knee must be positive and finite, got " + std::to_string(model.knee));
  }
  for (const float value : {model.luma_exponent, model.chroma_exponent, model.step_share}) {
    if (!(value >= 0.0F && std::isfinite(value))) {
      throw Error("exponents and step_share must be 0 or more and finite, got " + std::to_string(value));
    }
  }
}

}  // namespace

std::vector<std::vector<float>> masking_weights(const CoefficientImage& coefficients, const MaskingModel& model,
                                                int threads) {
  check_model(model);
  const CoefficientPlane& luma = coefficients.planes[0];
  const Activity activity = measure_activity(luma, model.step_share, threads);
  std::vector<std::vector<float>> weights;
  for (std::size_t c = 0; c < coefficients.planes.size(); ++c) {
    const CoefficientPlane& plane = coefficients.planes[c];
    const float exponent = c == 0 ? model.luma_exponent : model.chroma_exponent;
    std::vector<float>& component = weights.emplace_back(plane.block_count());
    parallel_for(plane.stored_high, threads, [&](int row) {
      // Luma blocks first_row..last_row and first_column..last_column lie under this block.
      const int first_row = row * luma.stored_high / plane.stored_high;
      const int last_row = std::max(first_row, (row + 1) * luma.stored_high / plane.stored_high - 1);
      for (int column = 0; column < plane.stored_wide; ++column) {
        const int first_column = column * luma.stored_wide / plane.stored_wide;
        const int last_column = std::max(first_column, (column + 1) * luma.stored_wide / plane.stored_wide - 1);
        float total = 0.0F;
        for (int y = first_row; y <= last_row; ++y) {
          for (int x = first_column; x <= last_column; ++x) total += activity.at(y, x);
        }
        const auto covered = static_cast<float>((last_row - first_row + 1) * (last_column - first_column + 1));
        component[static_cast<std::size_t>(row) * plane.stored_wide + column] =
            std::pow(1.0F + total / (covered * model.knee), -exponent);
      }
    });
  }
  return weights;
}

}  // namespace beholder
