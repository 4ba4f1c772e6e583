#include "predictor/predictor_network.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "platform/error.hpp"
#include "platform/float8.hpp"
#include "platform/multiversion.hpp"

namespace beholder {
namespace {

constexpr int kLanes = 8;

class TensorReader {
 public:
  explicit TensorReader(const NamedTensors& tensors) : tensors_(tensors) {}

  Dense dense(const std::string& name, int inputs, int outputs) {
    Dense layer{inputs, (outputs + kLanes - 1) / kLanes * kLanes, {}, {}};
    const std::vector<float>& weight = take(name + ".weight", static_cast<std::size_t>(inputs) * outputs);
    layer.weight.assign(static_cast<std::size_t>(inputs) * layer.outputs, 0.0F);
    for (int i = 0; i < inputs; ++i) {
      std::copy_n(weight.begin() + static_cast<std::ptrdiff_t>(i) * outputs, outputs,
                  layer.weight.begin() + static_cast<std::ptrdiff_t>(i) * layer.outputs);
    }
    layer.bias = take(name + ".bias", static_cast<std::size_t>(outputs));
    layer.bias.resize(static_cast<std::size_t>(layer.outputs), 0.0F);
    return layer;
  }

  Residual residual(const std::string& name, int channels) {
    return {{take(name + ".depthwise.weight", static_cast<std::size_t>(9) * channels),
             take(name + ".depthwise.bias", static_cast<std::size_t>(channels))},
            dense(name + ".pointwise", channels, channels)};
  }

  void expect_all_taken() const {
    for (const auto& [name, values] : tensors_) {
      if (!taken_.contains(name)) throw Error("the predictor has no tensor '" + name + "'; this file is of another version");
    }
  }

 private:
  const std::vector<float>& take(const std::string& name, std::size_t size) {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) throw Error("the predictor's weights lack the tensor '" + name + "'");
    const std::vector<float>& values = found->second;
    if (values.size() != size) {
      throw Error("the predictor's tensor '" + name + "' must have " + std::to_string(size) + " values, got " +
                  std::to_string(values.size()));
    }
    if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); })) {
      throw Error("the predictor's tensor '" + name + "' must be finite");
    }
    taken_.insert(name);
    return values;
  }

  const NamedTensors& tensors_;
  std::set<std::string> taken_;
};

[[gnu::always_inline]] inline Float8 relu8(const Float8& value) {
#if defined(__GNUC__)
  return value > Float8{} ? value : Float8{};
#else
  Float8 result = value;
  for (float& lane : result.lanes) lane = lane > 0.0F ? lane : 0.0F;
  return result;
#endif
}

[[gnu::always_inline]] inline Float8 spread8(float value) {
  return Float8{value, value, value, value, value, value, value, value};
}

// `Places` places times `Vectors` vectors of outputs stay in registers over the loop through the inputs.
template <int Places, int Vectors>
[[gnu::always_inline]] inline void dense_tile(const float* weight, const float* bias, int inputs, int outputs, bool relu,
                                              const float* in, float* out) {
  Float8 sums[Places][Vectors];
  for (int p = 0; p < Places; ++p) {
    for (int v = 0; v < Vectors; ++v) sums[p][v] = load8(bias + v * kLanes);
  }
  for (int i = 0; i < inputs; ++i) {
    Float8 row[Vectors];
    for (int v = 0; v < Vectors; ++v) row[v] = load8(weight + static_cast<std::ptrdiff_t>(i) * outputs + v * kLanes);
    for (int p = 0; p < Places; ++p) {
      const Float8 value = spread8(in[static_cast<std::ptrdiff_t>(p) * inputs + i]);
      for (int v = 0; v < Vectors; ++v) sums[p][v] = sums[p][v] + value * row[v];
    }
  }
  for (int p = 0; p < Places; ++p) {
    for (int v = 0; v < Vectors; ++v) {
      store8(relu ? relu8(sums[p][v]) : sums[p][v], out + static_cast<std::ptrdiff_t>(p) * outputs + v * kLanes);
    }
  }
}

template <int Vectors>
[[gnu::always_inline]] inline void dense_columns(const float* weight, const float* bias, int inputs, int outputs, bool relu,
                                                 const float* in, int places, float* out) {
  constexpr int kPlaces = 6;
  int p = 0;
  for (; p + kPlaces <= places; p += kPlaces) {
    dense_tile<kPlaces, Vectors>(weight, bias, inputs, outputs, relu, in + static_cast<std::ptrdiff_t>(p) * inputs,
                                 out + static_cast<std::ptrdiff_t>(p) * outputs);
  }
  for (; p < places; ++p) {
    dense_tile<1, Vectors>(weight, bias, inputs, outputs, relu, in + static_cast<std::ptrdiff_t>(p) * inputs,
                           out + static_cast<std::ptrdiff_t>(p) * outputs);
  }
}

BEHOLDER_MULTIVERSION
void dense_kernel(const float* weight, const float* bias, int inputs, int outputs, bool relu, const float* in, int places,
                  float* out) {
  int column = 0;
  for (; column + 2 * kLanes <= outputs; column += 2 * kLanes) {
    dense_columns<2>(weight + column, bias + column, inputs, outputs, relu, in, places, out + column);
  }
  for (; column < outputs; column += kLanes) {
    dense_columns<1>(weight + column, bias + column, inputs, outputs, relu, in, places, out + column);
  }
}

// relu(depthwise3x3) of one row; `above` and `below` are null beyond the edge.
BEHOLDER_MULTIVERSION
void depthwise_row(const float* weight, const float* bias, const float* above, const float* here, const float* below,
                   int columns, int channels, float* out) {
  const float* rows[3] = {above, here, below};
  for (int column = 0; column < columns; ++column) {
    const int first = column > 0 ? -1 : 0;
    const int last = column + 1 < columns ? 1 : 0;
    const std::ptrdiff_t place = static_cast<std::ptrdiff_t>(column) * channels;
    for (int channel = 0; channel < channels; channel += kLanes) {
      Float8 sum = load8(bias + channel);
      for (int dy = 0; dy < 3; ++dy) {
        if (rows[dy] == nullptr) continue;
        for (int dx = first; dx <= last; ++dx) {
          sum = sum + load8(weight + (dy * 3 + dx + 1) * channels + channel) *
                          load8(rows[dy] + place + static_cast<std::ptrdiff_t>(dx) * channels + channel);
        }
      }
      store8(relu8(sum), out + place + channel);
    }
  }
}

FeatureMap dense(const Dense& layer, Rectification rectification, const FeatureMap& in) {
  FeatureMap out(in.rows, in.columns, layer.outputs);
  apply_dense(layer, rectification, in.values.data(), in.rows * in.columns, out.values.data());
  return out;
}

void add(FeatureMap& to, const std::vector<float>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) to.values[i] += values[i];
}

FeatureMap residual(const Residual& block, FeatureMap x) {
  FeatureMap inner(x.rows, x.columns, x.channels);
  for (int row = 0; row < x.rows; ++row) {
    depthwise_row(block.depthwise.weight.data(), block.depthwise.bias.data(), row > 0 ? x.at(row - 1, 0) : nullptr,
                  x.at(row, 0), row + 1 < x.rows ? x.at(row + 1, 0) : nullptr, x.columns, x.channels, inner.at(row, 0));
  }
  add(x, dense(block.pointwise, Rectification::kNone, inner).values);
  return x;
}

// Means over 2x2 of the cells that there are.
FeatureMap halve(const FeatureMap& in) {
  FeatureMap out((in.rows + 1) / 2, (in.columns + 1) / 2, in.channels);
  for (int row = 0; row < out.rows; ++row) {
    const int bottom = std::min(2 * row + 2, in.rows);
    for (int column = 0; column < out.columns; ++column) {
      const int right = std::min(2 * column + 2, in.columns);
      float* sum = out.at(row, column);
      for (int y = 2 * row; y < bottom; ++y) {
        for (int x = 2 * column; x < right; ++x) {
          const float* source = in.at(y, x);
          for (int c = 0; c < in.channels; ++c) sum[c] += source[c];
        }
      }
      const float share = 1.0F / static_cast<float>((bottom - 2 * row) * (right - 2 * column));
      for (int c = 0; c < in.channels; ++c) sum[c] *= share;
    }
  }
  return out;
}

// Adds to each place relu(context(mean of all places)).
void add_context(const Dense& layer, FeatureMap& x) {
  std::vector<float> mean(static_cast<std::size_t>(x.channels), 0.0F);
  const int places = x.rows * x.columns;
  for (int place = 0; place < places; ++place) {
    for (int c = 0; c < x.channels; ++c) mean[c] += x.values[static_cast<std::size_t>(place) * x.channels + c];
  }
  for (float& value : mean) value /= static_cast<float>(places);
  std::vector<float> context(mean.size());
  apply_dense(layer, Rectification::kRelu, mean.data(), 1, context.data());
  for (int place = 0; place < places; ++place) {
    for (int c = 0; c < x.channels; ++c) x.values[static_cast<std::size_t>(place) * x.channels + c] += context[c];
  }
}

// Adds to each place the values of the cell of the coarser map that holds it.
void add_raised(const FeatureMap& coarser, FeatureMap& x) {
  for (int row = 0; row < x.rows; ++row) {
    for (int column = 0; column < x.columns; ++column) {
      const float* source = coarser.at(row / 2, column / 2);
      float* target = x.at(row, column);
      for (int c = 0; c < x.channels; ++c) target[c] += source[c];
    }
  }
}

}  // namespace

PredictorNetwork build_predictor(const NamedTensors& tensors) {
  TensorReader reader(tensors);
  PredictorNetwork network;
  network.stem = reader.dense("stem", kMeasures + kPositions, kLevelChannels[0]);
  for (int level = 0; level < kLevels; ++level) {
    for (int block = 0; block < kLevelBlocks[level]; ++block) {
      network.encoder[level].push_back(
          reader.residual("encoder." + std::to_string(level) + "." + std::to_string(block), kLevelChannels[level]));
    }
  }
  for (int level = 0; level + 1 < kLevels; ++level) {
    const std::string number = std::to_string(level);
    network.down[level] = reader.dense("down." + number, kLevelChannels[level], kLevelChannels[level + 1]);
    network.up[level] = reader.dense("up." + number, kLevelChannels[level + 1], kLevelChannels[level]);
    network.decoder[level] = reader.residual("decoder." + number, kLevelChannels[level]);
  }
  network.context = reader.dense("context", kLevelChannels[kLevels - 1], kLevelChannels[kLevels - 1]);
  network.coarse = reader.dense("coarse", kLevelChannels[0], kCoarseChannels);
  network.hidden = reader.dense("hidden", kCoarseChannels + kMeasures, kHiddenChannels);
  network.output = reader.dense("output", kHiddenChannels, kPredictedComponents);
  reader.expect_all_taken();
  return network;
}

void apply_dense(const Dense& layer, Rectification rectification, const float* in, int places, float* out) {
  dense_kernel(layer.weight.data(), layer.bias.data(), layer.inputs, layer.outputs, rectification == Rectification::kRelu, in,
               places, out);
}

FeatureMap run_cells(const PredictorNetwork& network, const FeatureMap& cells) {
  std::array<FeatureMap, kLevels> skips;
  FeatureMap x = dense(network.stem, Rectification::kRelu, cells);
  for (int level = 0; level < kLevels; ++level) {
    if (level > 0) x = dense(network.down[level - 1], Rectification::kRelu, halve(x));
    for (const Residual& block : network.encoder[level]) x = residual(block, std::move(x));
    skips[level] = x;
  }
  add_context(network.context, x);
  for (int level = kLevels - 2; level >= 0; --level) {
    const FeatureMap raised = dense(network.up[level], Rectification::kNone, x);
    x = std::move(skips[level]);
    add_raised(raised, x);
    x = residual(network.decoder[level], std::move(x));
  }
  return dense(network.coarse, Rectification::kNone, x);
}

}  // namespace beholder
