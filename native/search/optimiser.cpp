#include "search/optimiser.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "bitstream/scan_statistics.hpp"
#include "bitstream/significance.hpp"
#include "platform/error.hpp"
#include "search/level_search.hpp"
#include "search/quantiser_steps.hpp"
#include "search/row_sample.hpp"
#include "search/scan_search.hpp"

namespace beholder {
namespace {

constexpr int kMaxRounds = 100;            // the levels settle within 3
constexpr double kTableBits = 8.0 * 65;   // of one more table in a DQT segment
constexpr float kRoundingPoint = 0.66F;  // of the quantisation that gives the first symbol costs

struct ComponentState {
  QuantiserSteps steps;
  SearchSettings settings;
  std::vector<SymbolCounts> ac_counts;  // one a band
  SymbolCounts dc_counts{};
};

std::span<const float> weights_of_row(const Sensitivity& sensitivity, std::size_t c, const CoefficientPlane& plane,
                                      int row) {
  if (c >= sensitivity.blocks.size() || sensitivity.blocks[c].empty()) return {};
  return std::span(sensitivity.blocks[c]).subspan(static_cast<std::size_t>(row) * plane.stored_wide, plane.stored_wide);
}

SymbolCounts first_counts(const CoefficientPlane& plane, const QuantTable& table, int stride, int threads) {
  const auto add = [](const SymbolCounts& part, SymbolCounts& total) { total = add_counts(total, part); };
  const auto add_row = [&](int row, SymbolCounts& sum) {
    add(count_plain_levels(table, kRoundingPoint, plane.row(row), plane.stored_wide), sum);
  };
  return sum_over_rows(plane, stride, threads, SymbolCounts{}, add_row, add);
}

LevelImage empty_levels(const CoefficientImage& coefficients) {
  LevelImage image;
  image.width = coefficients.width;
  image.height = coefficients.height;
  for (const CoefficientPlane& source : coefficients.planes) {
    Plane& plane = image.planes.emplace_back();
    static_cast<PlaneGeometry&>(plane) = source;
    plane.id = static_cast<int>(image.planes.size());
    plane.quant_index = plane.id - 1;
    plane.levels.resize(source.block_count() * kBlockSize);
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
        image_(empty_levels(coefficients)) {
    for (std::size_t c = 0; c < coefficients.planes.size(); ++c) {
      const QuantTable* source = options.source_steps.empty() ? nullptr : &options.source_steps[c];
      states_.push_back({QuantiserSteps(options.start_steps[c], scale, source), {}, {}, {}});
      ComponentState& state = states_.back();
      state.settings.table = state.steps.table;
      state.settings.weights = sensitivity.frequency[c];
      state.settings.zeroing_surcharge = options.zeroing_surcharge;
      state.settings.bands.resize(1);
      state.dc_counts = count_plain_dc(coefficients.planes[c], state.steps.table[0]);
      const SymbolCounts counts = first_counts(coefficients.planes[c], state.steps.table, stride_, options.threads);
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
    const CoefficientPlane& plane = coefficients_.planes[c];
    ComponentState& state = states_[c];
    const auto search_row = [&](int row, SearchOutcome& outcome) {
      search_ac_levels(state.settings, plane.row(row), plane.stored_wide, weights_of_row(sensitivity_, c, plane, row),
                       image_.planes[c].block(row, 0), outcome);
    };
    const auto add = [](const SearchOutcome& part, SearchOutcome& total) { total.add(part); };
    const SearchOutcome none(state.settings.bands.size());
    SearchOutcome outcome = sum_over_rows(plane, stride, options_.threads, none, search_row, add);
    state.ac_counts = outcome.ac_counts;
    return outcome;
  }

  // The steps that fit the levels. One table a component, or one for both chroma components where that costs less error
  // than a table costs bits.
  void update_tables(const std::vector<SearchOutcome>& outcomes) {
    for (std::size_t c = 0; c < states_.size(); ++c) {
      if (options_.update_steps) states_[c].steps.move_to_centroids(outcomes[c]);
      use_table(c, static_cast<int>(c), states_[c].steps.table);
    }
    if (states_.size() != 3) return;
    const SharedTable shared = share_table(
        {&states_[1].steps, &states_[2].steps}, {&outcomes[1], &outcomes[2]},
        {states_[1].settings.weights, states_[2].settings.weights}, options_.update_steps);
    if (shared.added_error > static_cast<double>(lambda_) * kTableBits) return;
    for (const std::size_t c : {1, 2}) use_table(c, 1, shared.table);
  }

  void use_table(std::size_t c, int index, const QuantTable& table) {
    states_[c].steps.table = table;
    states_[c].settings.table = table;
    image_.planes[c].quant_index = index;
    image_.quant_tables[index] = table;
  }

  // The smallest script for the levels learnt; where it is progressive, the costs become those of its bands.
  ScanScript choose_script() {
    const LevelImage sample = sampled_levels(coefficients_, image_, stride_);
    SignificanceMasks masks(sample);
    const ScriptChoice choice = search_script(masks, options_.mode);
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
