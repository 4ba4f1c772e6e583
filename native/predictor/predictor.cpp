#include "predictor/predictor.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "platform/parallel.hpp"
#include "predictor/predictor_features.hpp"

namespace beholder {
namespace {

constexpr float kLogLimit = 12.0F;  // keeps weights finite and positive whatever the picture

// Where a block lies between the centres of two cells.
struct Between {
  int first;
  int second;
  float share_of_second;
};

Between between(int block, int side, int cells) {
  const float centre = std::max((static_cast<float>(block) + 0.5F) / static_cast<float>(side) - 0.5F, 0.0F);
  const int first = std::min(static_cast<int>(centre), cells - 1);
  return {first, std::min(first + 1, cells - 1), centre - static_cast<float>(first)};
}

// Sensitivity of Y, Cb and Cr (up to a factor) for the luma blocks of one row.
void predict_row(const PredictorNetwork& network, const FeatureMap& coarse, const FeatureMap& measures, int side, int row,
                 float* sensitivity) {
  const int columns = measures.columns;
  const int inputs = network.hidden.inputs;
  std::vector<float> in(static_cast<std::size_t>(columns) * inputs);
  const Between rows = between(row, side, coarse.rows);
  for (int column = 0; column < columns; ++column) {
    const Between across = between(column, side, coarse.columns);
    float* target = in.data() + static_cast<std::size_t>(column) * inputs;
    const float* corners[4] = {coarse.at(rows.first, across.first), coarse.at(rows.first, across.second),
                               coarse.at(rows.second, across.first), coarse.at(rows.second, across.second)};
    for (int c = 0; c < kCoarseChannels; ++c) {
      const float top = corners[0][c] + across.share_of_second * (corners[1][c] - corners[0][c]);
      const float bottom = corners[2][c] + across.share_of_second * (corners[3][c] - corners[2][c]);
      target[c] = top + rows.share_of_second * (bottom - top);
    }
    compress_measures(measures.at(row, column), target + kCoarseChannels);
  }
  std::vector<float> hidden(static_cast<std::size_t>(columns) * network.hidden.outputs);
  apply_dense(network.hidden, Rectification::kRelu, in.data(), columns, hidden.data());
  std::vector<float> out(static_cast<std::size_t>(columns) * network.output.outputs);
  apply_dense(network.output, Rectification::kNone, hidden.data(), columns, out.data());
  for (int column = 0; column < columns; ++column) {
    for (int c = 0; c < kPredictedComponents; ++c) {
      const float value = out[static_cast<std::size_t>(column) * network.output.outputs + c];
      sensitivity[column * kPredictedComponents + c] = std::exp(std::clamp(value, -kLogLimit, kLogLimit));
    }
  }
}

// Mean over the luma blocks that a block of `plane` covers, scaled to mean 1.
std::vector<float> component_weights(const FeatureMap& luma, const CoefficientPlane& plane, int component) {
  const auto covered = [](int place, int count, int of) {
    const auto edge = [&](int p) { return static_cast<int>(static_cast<std::int64_t>(p) * of / count); };
    const int first = edge(place);
    return std::array<int, 2>{first, std::max(first + 1, edge(place + 1))};
  };
  std::vector<float> weights(plane.block_count());
  double total = 0.0;
  for (int row = 0; row < plane.stored_high; ++row) {
    const auto [top, bottom] = covered(row, plane.stored_high, luma.rows);
    for (int column = 0; column < plane.stored_wide; ++column) {
      const auto [left, right] = covered(column, plane.stored_wide, luma.columns);
      float sum = 0.0F;
      for (int y = top; y < bottom; ++y) {
        for (int x = left; x < right; ++x) sum += luma.at(y, x)[component];
      }
      const float mean = sum / static_cast<float>((bottom - top) * (right - left));
      weights[static_cast<std::size_t>(row) * plane.stored_wide + column] = mean;
      total += mean;
    }
  }
  const auto scale = static_cast<float>(static_cast<double>(weights.size()) / total);
  for (float& weight : weights) weight *= scale;
  return weights;
}

}  // namespace

std::vector<std::vector<float>> predict_block_sensitivity(const PredictorNetwork& network,
                                                          const CoefficientImage& coefficients, int threads) {
  const FeatureMap measures = measure_blocks(coefficients, threads);
  const int side = cell_side(coefficients.width, coefficients.height);
  const FeatureMap coarse =
      run_cells(network, describe_cells(measures, coefficients.width, coefficients.height, side));
  FeatureMap sensitivity(measures.rows, measures.columns, kPredictedComponents);
  parallel_for(measures.rows, threads,
               [&](int row) { predict_row(network, coarse, measures, side, row, sensitivity.at(row, 0)); });
  std::vector<std::vector<float>> weights;
  for (std::size_t c = 0; c < coefficients.planes.size(); ++c) {
    weights.push_back(component_weights(sensitivity, coefficients.planes[c],
                                        std::min(static_cast<int>(c), kPredictedComponents - 1)));
  }
  return weights;
}

}  // namespace beholder
