#include "beholder/optimiser.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "beholder/error.hpp"
#include "beholder/level_search.hpp"
#include "beholder/parallel.hpp"

namespace beholder {
namespace {

constexpr int kLargestStep = 255;     // 8-bit tables
constexpr float kRoundingPoint = 0.66F;  // of the quantisation that gives the first symbol costs

std::uint16_t rounded_step(double step) {
  return static_cast<std::uint16_t>(std::clamp(std::lround(step), 1L, static_cast<long>(kLargestStep)));
}

// Rows of blocks are dealt out in pieces of this many; the sums are added in the order of the pieces.
constexpr int kRowsAPiece = 8;

struct ComponentState {
  SearchSettings settings;
  std::vector<SymbolCounts> ac_counts;  // one a band
  SymbolCounts dc_counts{};
};

std::span<const float> weights_of_row(const Sensitivity& sensitivity, std::size_t c, const CoefficientPlane& plane,
                                      int row) {
  if (c >= sensitivity.blocks.size() || sensitivity.blocks[c].empty()) return {};
  return std::span(sensitivity.blocks[c]).subspan(static_cast<std::size_t>(row) * plane.stored_wide, plane.stored_wide);
}

SymbolCounts first_counts(const CoefficientPlane& plane, const QuantTable& table, int threads) {
  const int pieces = (plane.stored_high + kRowsAPiece - 1) / kRowsAPiece;
  std::vector<SymbolCounts> partial(pieces);
  parallel_for(pieces, threads, [&](int piece) {
    const int first = piece * kRowsAPiece;
    const int rows = std::min(kRowsAPiece, plane.stored_high - first);
    partial[piece] = count_plain_levels(table, kRoundingPoint, plane.row(first), rows * plane.stored_wide);
  });
  SymbolCounts counts{};
  for (const SymbolCounts& piece : partial) {
    for (int symbol = 0; symbol < kSymbols; ++symbol) counts[symbol] += piece[symbol];
  }
  return counts;
}

SearchOutcome search_component(const CoefficientPlane& plane, const Sensitivity& sensitivity, std::size_t c,
                               const SearchSettings& settings, int threads, Plane& levels) {
  const int pieces = (plane.stored_high + kRowsAPiece - 1) / kRowsAPiece;
  std::vector<SearchOutcome> partial(pieces, SearchOutcome(settings.bands.size()));
  parallel_for(pieces, threads, [&](int piece) {
    const int first = piece * kRowsAPiece;
    const int end = std::min(first + kRowsAPiece, plane.stored_high);
    for (int row = first; row < end; ++row) {
      search_ac_levels(settings, plane.row(row), plane.stored_wide, weights_of_row(sensitivity, c, plane, row),
                       levels.block(row, 0), partial[piece]);
    }
  });
  SearchOutcome outcome(settings.bands.size());
  for (const SearchOutcome& piece : partial) outcome.add(piece);
  return outcome;
}

// Steps at the weighted centroid of the coefficients that each level stands for; positions without levels keep theirs.
void update_steps(const std::vector<SearchOutcome>& outcomes, const std::vector<std::size_t>& components,
                  QuantTable& table) {
  for (int i = 0; i < kBlockSize; ++i) {
    double product = 0.0;
    double level_energy = 0.0;
    for (const std::size_t c : components) {
      product += outcomes[c].product[i];
      level_energy += outcomes[c].level_energy[i];
    }
    if (level_energy > 0.0) table[i] = rounded_step(product / level_energy);
  }
}

LevelImage empty_levels(const CoefficientImage& coefficients) {
  LevelImage image;
  image.width = coefficients.width;
  image.height = coefficients.height;
  for (std::size_t c = 0; c < coefficients.planes.size(); ++c) {
    const CoefficientPlane& source = coefficients.planes[c];
    Plane plane;
    plane.id = static_cast<int>(c) + 1;
    plane.horizontal_sampling = source.horizontal_sampling;
    plane.vertical_sampling = source.vertical_sampling;
    plane.quant_index = static_cast<int>(c);
    plane.blocks_wide = source.blocks_wide;
    plane.blocks_high = source.blocks_high;
    plane.stored_wide = source.stored_wide;
    plane.stored_high = source.stored_high;
    plane.levels.resize(source.block_count() * kBlockSize);
    image.planes.push_back(std::move(plane));
  }
  return image;
}

}  // namespace

LevelImage optimise_levels(const CoefficientImage& coefficients, const Sensitivity& sensitivity, float scale,
                           const OptimiserOptions& options) {
  if (!(scale > 0.0F)) throw Error("the quantiser scale must be above 0, got " + std::to_string(scale));
  const float lambda = options.lambda_ratio * scale * scale;
  LevelImage image = empty_levels(coefficients);
  const std::size_t components = image.planes.size();
  const bool shared = options.share_chroma_table && components == 3;
  if (shared) image.planes[2].quant_index = 1;

  std::vector<ComponentState> states(components);
  for (std::size_t c = 0; c < components; ++c) {
    ComponentState& state = states[c];
    const int index = image.planes[c].quant_index;
    for (int i = 0; i < kBlockSize; ++i) {
      image.quant_tables[index][i] = rounded_step(static_cast<double>(scale) * options.start_steps[index][i]);
    }
    state.settings.table = image.quant_tables[index];
    state.settings.weights = sensitivity.frequency[c];
    state.settings.zeroing_surcharge = options.zeroing_surcharge;
    state.settings.bands.resize(1);
    state.ac_counts = {first_counts(coefficients.planes[c], state.settings.table, options.threads)};
    state.dc_counts = count_plain_dc(coefficients.planes[c], state.settings.table[0]);
  }

  for (int round = 0; round < options.rounds; ++round) {
    std::vector<SearchOutcome> outcomes;
    for (std::size_t c = 0; c < components; ++c) {
      ComponentState& state = states[c];
      state.settings.table = image.quant_tables[image.planes[c].quant_index];
      for (std::size_t band = 0; band < state.settings.bands.size(); ++band) {
        state.settings.bands[band].rates = sequential_ac_rates(state.ac_counts[band], lambda);
      }
      const DcRates rates = dc_rates(state.dc_counts, lambda);
      outcomes.push_back(search_component(coefficients.planes[c], sensitivity, c, state.settings, options.threads,
                                          image.planes[c]));
      const std::span<const float> block_weights =
          c < sensitivity.blocks.size() ? std::span<const float>(sensitivity.blocks[c]) : std::span<const float>();
      state.dc_counts = search_dc_levels(coefficients.planes[c], state.settings, rates, block_weights, image.planes[c],
                                         outcomes.back());
      state.ac_counts = outcomes.back().ac_counts;
    }
    if (!options.update_steps) continue;
    update_steps(outcomes, {0}, image.quant_tables[0]);
    if (shared) {
      update_steps(outcomes, {1, 2}, image.quant_tables[1]);
    } else {
      for (std::size_t c = 1; c < components; ++c) update_steps(outcomes, {c}, image.quant_tables[c]);
    }
  }
  return image;
}

}  // namespace beholder
