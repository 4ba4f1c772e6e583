// The small convolutional network of the predictor, by hand: float32, one order of addition.
//
//   cells (20) -> 24 --block--------------------------------+--block--> 8
//                  \-2x2 mean-> 48 --2 blocks-----------+--block--/
//                                \-> 80 --3 blocks---+--block--/
//                                      \-> 96 --3 blocks, mean of all--/
//
// A block is x + pointwise(relu(depthwise3x3(x))); beyond the edge there are zeros.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "predictor/predictor_features.hpp"

namespace beholder {

/// Tensors by name, as benchmarks/predictor/network.py exports them.
using NamedTensors = std::map<std::string, std::vector<float>>;

/// y = x W + b for every place.
struct Dense {
  int inputs = 0;
  int outputs = 0;            // a multiple of 8: columns of zeros are added
  std::vector<float> weight;  // (inputs, outputs)
  std::vector<float> bias;    // (outputs)
};

/// One 3x3 kernel a channel.
struct Depthwise {
  std::vector<float> weight;  // (3, 3, channels)
  std::vector<float> bias;    // (channels)
};

struct Residual {
  Depthwise depthwise;
  Dense pointwise;
};

inline constexpr int kLevels = 4;
inline constexpr std::array<int, kLevels> kLevelChannels = {24, 48, 80, 96};
inline constexpr std::array<int, kLevels> kLevelBlocks = {1, 2, 3, 3};
inline constexpr int kCoarseChannels = 8;
inline constexpr int kHiddenChannels = 16;
inline constexpr int kPredictedComponents = 3;

struct PredictorNetwork {
  Dense stem;
  std::array<Dense, kLevels - 1> down;
  std::array<std::vector<Residual>, kLevels> encoder;
  Dense context;
  std::array<Dense, kLevels - 1> up;
  std::array<Residual, kLevels - 1> decoder;
  Dense coarse;
  Dense hidden;
  Dense output;
};

/// Throws Error where a tensor is missing, has another size, or is not finite, and for tensors that the network lacks.
PredictorNetwork build_predictor(const NamedTensors& tensors);

enum class Rectification { kNone, kRelu };

/// `places` rows of layer.outputs for as many of layer.inputs.
void apply_dense(const Dense& layer, Rectification rectification, const float* in, int places, float* out);

/// 8 channels a cell.
FeatureMap run_cells(const PredictorNetwork& network, const FeatureMap& cells);

}  // namespace beholder
