#include "beholder/optimiser.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "beholder/error.hpp"
#include "beholder/level_search.hpp"
#include "beholder/parallel.hpp"
#include "beholder/scan_search.hpp"
#include "beholder/scan_statistics.hpp"
#include "beholder/significance.hpp"

namespace beholder {
namespace {

constexpr int kMaxRounds = 100;            // the levels settle within 3
constexpr int kLargestStep = 255;         // 8-bit tables
constexpr double kTableBits = 8.0 * 65;   // of one more table in a DQT segment
constexpr float kRoundingPoint = 0.66F;  // of the quantisation that gives the first symbol costs

std::uint16_t rounded_step(double step) {
  return static_cast<std::uint16_t>(std::lround(std::clamp(step, 1.0, static_cast<double>(kLargestStep))));
}

// -1/2..1/2, spread evenly over neighbouring frequencies (multiples of the golden ratio). Without it all steps of a flat
// table grow by 1 at the same scale, where the file loses 2 to 3 % at once, and targets between could not be met.
double dither(int i) {
  const double place = 0.6180339887498949 * (i + 0.5);
  return place - std::floor(place) - 0.5;
}

// Rows of blocks are dealt out in pieces of this many; the sums are added in the order of the pieces.
constexpr int kRowsAPiece = 8;

struct ComponentState {
  SearchSettings settings;
  std::array<bool, kBlockSize> pinned{};  // steps that stay
  std::vector<SymbolCounts> ac_counts;  // one a band
  SymbolCounts dc_counts{};
};

std::span<const float> weights_of_row(const Sensitivity& sensitivity, std::size_t c, const CoefficientPlane& plane,
                                      int row) {
  if (c >= sensitivity.blocks.size() || sensitivity.blocks[c].empty()) return {};
  return std::span(sensitivity.blocks[c]).subspan(static_cast<std::size_t>(row) * plane.stored_wide, plane.stored_wide);
}

void add_counts(const SymbolCounts& counts, SymbolCounts& total) {
  for (int symbol = 0; symbol < kSymbols; ++symbol) total[symbol] += counts[symbol];
}

// Symbol costs, steps and scans are learnt in turns whose levels the last one replaces: on large pictures every fourth
// row of MCUs teaches as much.
constexpr std::size_t kManyBlocks = 32768;
constexpr int kManyRows = 64;
constexpr int kSampledRows = 4;

int sampling_stride(const CoefficientImage& image) {
  const CoefficientPlane& luma = image.planes[0];
  return luma.block_count() >= kManyBlocks && luma.stored_high >= kManyRows ? kSampledRows : 1;
}

bool is_sampled(const CoefficientPlane& plane, int row, int stride) {
  return row / plane.vertical_sampling % stride == 0;
}

SymbolCounts first_counts(const CoefficientPlane& plane, const QuantTable& table, int stride, int threads) {
  const int pieces = (plane.stored_high + kRowsAPiece - 1) / kRowsAPiece;
  std::vector<SymbolCounts> partial(pieces);
  parallel_for(pieces, threads, [&](int piece) {
    const int first = piece * kRowsAPiece;
    const int rows = std::min(kRowsAPiece, plane.stored_high - first);
    for (int row = first; row < first + rows; ++row) {
      if (!is_sampled(plane, row, stride)) continue;
      add_counts(count_plain_levels(table, kRoundingPoint, plane.row(row), plane.stored_wide), partial[piece]);
    }
  });
  SymbolCounts counts{};
  for (const SymbolCounts& piece : partial) add_counts(piece, counts);
  return counts;
}

SearchOutcome search_component(const CoefficientPlane& plane, const Sensitivity& sensitivity, std::size_t c,
                               const SearchSettings& settings, int stride, int threads, Plane& levels) {
  const int pieces = (plane.stored_high + kRowsAPiece - 1) / kRowsAPiece;
  std::vector<SearchOutcome> partial(pieces, SearchOutcome(settings.bands.size()));
  parallel_for(pieces, threads, [&](int piece) {
    const int first = piece * kRowsAPiece;
    const int end = std::min(first + kRowsAPiece, plane.stored_high);
    for (int row = first; row < end; ++row) {
      if (!is_sampled(plane, row, stride)) continue;
      search_ac_levels(settings, plane.row(row), plane.stored_wide, weights_of_row(sensitivity, c, plane, row),
                       levels.block(row, 0), partial[piece]);
    }
  });
  SearchOutcome outcome(settings.bands.size());
  for (const SearchOutcome& piece : partial) outcome.add(piece);
  return outcome;
}

// The step at the weighted centroid of the coefficients that each level stands for.
double centroid(const SearchOutcome& outcome, int i) { return outcome.product[i] / outcome.level_energy[i]; }

// Steps that start from a JPEG's own: at least those, and exactly those where nothing coarser fits the coefficients.
constexpr double kNextFit = 1.5;

// A picture of the sampled rows of `levels`, for statistics; DC levels are rounded here, the learning turns set none.
LevelImage sampled_levels(const CoefficientImage& coefficients, const LevelImage& levels, int stride) {
  LevelImage sample;
  sample.width = levels.width;
  sample.quant_tables = levels.quant_tables;
  for (std::size_t c = 0; c < levels.planes.size(); ++c) {
    const CoefficientPlane& source = coefficients.planes[c];
    const Plane& plane = levels.planes[c];
    Plane part;  // not a copy of the plane: its levels are as large as the picture
    part.id = plane.id;
    part.horizontal_sampling = plane.horizontal_sampling;
    part.vertical_sampling = plane.vertical_sampling;
    part.quant_index = plane.quant_index;
    part.blocks_wide = plane.blocks_wide;
    part.stored_wide = plane.stored_wide;
    part.levels.reserve(plane.levels.size() / static_cast<std::size_t>(stride) +
                        static_cast<std::size_t>(plane.vertical_sampling) * plane.stored_wide * kBlockSize);
    for (int row = 0; row < plane.stored_high; ++row) {
      if (!is_sampled(source, row, stride)) continue;
      part.levels.insert(part.levels.end(), plane.block(row, 0), plane.block(row, 0) + std::ptrdiff_t{plane.stored_wide} * kBlockSize);
      round_dc_levels(source, row, levels.quant_tables[plane.quant_index][0], part.block(part.stored_high, 0));
      ++part.stored_high;
    }
    part.blocks_high = stride == 1 ? plane.blocks_high : part.stored_high;
    sample.planes.push_back(std::move(part));
  }
  const Plane& luma = sample.planes[0];
  sample.height = stride == 1 ? levels.height : luma.stored_high * 8;
  return sample;
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

class Optimiser {
 public:
  Optimiser(const CoefficientImage& coefficients, const Sensitivity& sensitivity, float scale,
            const OptimiserOptions& options)
      : coefficients_(coefficients),
        sensitivity_(sensitivity),
        options_(options),
        lambda_(options.lambda_ratio * scale * scale),
        stride_(sampling_stride(coefficients)),
        image_(empty_levels(coefficients)),
        states_(coefficients.planes.size()) {
    for (std::size_t c = 0; c < states_.size(); ++c) {
      ComponentState& state = states_[c];
      start_table(c, scale);
      state.settings.weights = sensitivity.frequency[c];
      state.settings.zeroing_surcharge = options.zeroing_surcharge;
      state.settings.bands.resize(1);
      state.dc_counts = count_plain_dc(coefficients.planes[c], state.settings.table[0]);
      const SymbolCounts counts = first_counts(coefficients.planes[c], state.settings.table, stride_, options.threads);
      state.settings.bands[0].rates = sequential_ac_rates(counts, lambda_);
    }
  }

  OptimisedLevels run() {
    // The last turn counts among the rounds where it is only one more; at the costs of other scans it is none of them.
    const bool sequential = options_.mode == ScanMode::sequential;
    for (int turn = sequential ? 1 : 0; turn < options_.rounds; ++turn) {
      take_learning_turn();
      for (ComponentState& state : states_) {
        state.settings.bands[0].rates = sequential_ac_rates(state.ac_counts[0], lambda_);
      }
    }
    ScanScript script = sequential ? standard_sequential_script(image_) : choose_script();
    take_last_turn();
    return {std::move(image_), std::move(script)};
  }

 private:
  // AC levels of the sampled rows at the present costs and steps, then new costs and steps.
  void take_learning_turn() {
    std::vector<SearchOutcome> outcomes;
    for (std::size_t c = 0; c < states_.size(); ++c) outcomes.push_back(search_ac(c, stride_));
    update_tables(outcomes);
  }

  // All levels at the present costs and steps, then the steps that fit them.
  void take_last_turn() {
    std::vector<SearchOutcome> outcomes;
    for (std::size_t c = 0; c < states_.size(); ++c) {
      outcomes.push_back(search_ac(c, 1));
      const std::span<const float> weights =
          c < sensitivity_.blocks.size() ? std::span<const float>(sensitivity_.blocks[c]) : std::span<const float>();
      const DcRates rates = dc_rates(states_[c].dc_counts, lambda_);
      search_dc_levels(coefficients_.planes[c], states_[c].settings, rates, weights, image_.planes[c], outcomes.back());
    }
    update_tables(outcomes);
  }

  SearchOutcome search_ac(std::size_t c, int stride) {
    ComponentState& state = states_[c];
    SearchOutcome outcome = search_component(coefficients_.planes[c], sensitivity_, c, state.settings, stride,
                                             options_.threads, image_.planes[c]);
    state.ac_counts = outcome.ac_counts;
    return outcome;
  }

  void update_tables(const std::vector<SearchOutcome>& outcomes) {
    if (options_.update_steps) {
      for (std::size_t c = 0; c < states_.size(); ++c) move_to_centroids(outcomes[c], states_[c]);
    }
    set_tables(outcomes);
  }

  void start_table(std::size_t c, float scale) {
    ComponentState& state = states_[c];
    for (int i = 0; i < kBlockSize; ++i) {
      const double step = static_cast<double>(scale) * options_.start_steps[c][i];
      if (!options_.source_steps.empty()) {
        const double source = options_.source_steps[c][i];
        state.pinned[i] = step < kNextFit * source;
        if (state.pinned[i]) {
          state.settings.table[i] = rounded_step(source);
          continue;
        }
      }
      state.settings.table[i] = rounded_step(step + dither(i));
    }
  }

  static void move_to_centroids(const SearchOutcome& outcome, ComponentState& state) {
    for (int i = 0; i < kBlockSize; ++i) {
      if (outcome.level_energy[i] > 0.0 && !state.pinned[i]) {
        state.settings.table[i] = rounded_step(centroid(outcome, i));
      }
    }
  }

  // One table a component, or one for both chroma components where that costs less error than a table costs bits.
  void set_tables(const std::vector<SearchOutcome>& outcomes) {
    for (std::size_t c = 0; c < states_.size(); ++c) {
      image_.planes[c].quant_index = static_cast<int>(c);
      image_.quant_tables[c] = states_[c].settings.table;
    }
    if (states_.size() != 3) return;
    QuantTable shared{};
    double added_error = 0.0;
    for (int i = 0; i < kBlockSize; ++i) {
      const double level_energy = outcomes[1].level_energy[i] + outcomes[2].level_energy[i];
      shared[i] = states_[1].settings.table[i];
      if (level_energy == 0.0) continue;
      if (!states_[1].pinned[i] && !states_[2].pinned[i] && options_.update_steps) {
        shared[i] = rounded_step((outcomes[1].product[i] + outcomes[2].product[i]) / level_energy);
      }
      for (const std::size_t c : {1, 2}) {
        // With levels fixed the error is a parabola in the step, of curvature level_energy about the centroid.
        if (outcomes[c].level_energy[i] == 0.0) continue;
        const double best = centroid(outcomes[c], i);
        const double now = states_[c].settings.table[i] - best;
        const double then = shared[i] - best;
        added_error += static_cast<double>(states_[c].settings.weights[i]) * outcomes[c].level_energy[i] *
                       (then * then - now * now);
      }
    }
    if (added_error > static_cast<double>(lambda_) * kTableBits) return;
    image_.planes[2].quant_index = 1;
    image_.quant_tables[1] = shared;
    states_[1].settings.table = shared;
    states_[2].settings.table = shared;
  }

  // The smallest script for the levels learnt; where it is progressive, the costs become those of its bands.
  ScanScript choose_script() {
    const LevelImage sample = sampled_levels(coefficients_, image_, stride_);
    SignificanceMasks masks(sample);
    const ScriptChoice choice = options_.mode == ScanMode::progressive ? search_progressive_script(masks)
                                                                       : search_scan_script(masks);
    if (is_sequential(choice.script)) return choice.script;
    for (ComponentState& state : states_) state.settings.bands.clear();
    for (const Scan& scan : choice.script) {
      if (scan.ss == 0 || scan.ah != 0) continue;
      Scan whole = scan;  // the search reckons with whole levels: what a point transform splits is coded all the same
      whole.al = 0;
      const ScanStatistics statistics = gather_statistics(masks, whole);
      states_[scan.components[0]].settings.bands.push_back(
          {scan.ss, scan.se, progressive_ac_rates(statistics.ac[0], lambda_)});
    }
    return choice.script;
  }

  const CoefficientImage& coefficients_;
  const Sensitivity& sensitivity_;
  const OptimiserOptions& options_;
  float lambda_;
  int stride_;
  LevelImage image_;
  std::vector<ComponentState> states_;
};

void check_options(float scale, const OptimiserOptions& options) {
  if (!(scale > 0.0F && std::isfinite(scale))) {
    throw Error("the quantiser scale must be positive and finite, got " + std::to_string(scale));
  }
  if (!(options.lambda_ratio >= 0.0F && std::isfinite(options.lambda_ratio))) {
    throw Error("lambda_ratio must be 0 or more and finite, got " + std::to_string(options.lambda_ratio));
  }
  if (!std::isfinite(options.lambda_ratio * scale * scale)) {
    throw Error("lambda_ratio times the square of the scale must be finite, got " +
                std::to_string(options.lambda_ratio) + " and " + std::to_string(scale));
  }
  if (!(options.zeroing_surcharge >= 0.0F && std::isfinite(options.zeroing_surcharge))) {
    throw Error("zeroing_surcharge must be 0 or more and finite, got " + std::to_string(options.zeroing_surcharge));
  }
  if (options.rounds < 1 || options.rounds > kMaxRounds) {
    throw Error("rounds must be 1 to " + std::to_string(kMaxRounds) + ", got " + std::to_string(options.rounds));
  }
  for (const QuantTable& table : options.source_steps) {
    if (std::find(table.begin(), table.end(), 0) != table.end()) throw Error("source_steps must be 1 or more");
  }
}

}  // namespace

OptimisedLevels optimise_levels(const CoefficientImage& coefficients, const Sensitivity& sensitivity, float scale,
                                const OptimiserOptions& options) {
  check_options(scale, options);
  return Optimiser(coefficients, sensitivity, scale, options).run();
}

}  // namespace beholder
