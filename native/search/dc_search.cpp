#include <algorithm>
#include <limits>

#include "bitstream/symbols.hpp"
#include "search/level_search.hpp"

namespace beholder {
namespace {

constexpr int kCandidates = 2;  // the levels on either side of the coefficient; a third one gained nothing
constexpr int kLargestDcLevel = 1023;  // keeps every difference within 2047

// Stored index of the n-th block in the order of an interleaved scan: MCU by MCU, raster inside.
std::vector<std::uint32_t> scan_order(const CoefficientPlane& plane) {
  std::vector<std::uint32_t> order;
  order.reserve(plane.block_count());
  for_each_block_by_mcu(plane, [&](int row, int column) {
    order.push_back(static_cast<std::uint32_t>(row * plane.stored_wide + column));
  });
  return order;
}

// A block's DC coefficient as a multiple of the step, and the level below it.
struct DcPosition {
  float value = 0.0F;
  int below = 0;
};

DcPosition locate(const CoefficientPlane& plane, std::uint32_t block, float inverse_step) {
  const float value = static_cast<float>(plane.values[std::size_t{block} * kBlockSize]) * inverse_step;
  const int truncated = static_cast<int>(value);
  const int below = value < static_cast<float>(truncated) ? truncated - 1 : truncated;
  // Both candidates must be levels: one above the last is none.
  return {value, std::clamp(below, -kLargestDcLevel, kLargestDcLevel - 1)};
}

int nearest(const DcPosition& position) {
  return position.below + (position.value - static_cast<float>(position.below) > 0.5F ? 1 : 0);
}

}  // namespace

SymbolCounts count_plain_dc(const CoefficientPlane& coefficients, int step) {
  const float inverse_step = 1.0F / static_cast<float>(step * kCoefficientScale);
  SymbolCounts counts{};
  int previous = 0;
  for (const std::uint32_t block : scan_order(coefficients)) {
    const DcPosition position = locate(coefficients, block, inverse_step);
    const int level = nearest(position);
    ++counts[magnitude_category(level - previous)];
    previous = level;
  }
  return counts;
}

void round_dc_levels(const CoefficientPlane& coefficients, int row, int step, std::int16_t* levels) {
  const float inverse_step = 1.0F / static_cast<float>(step * kCoefficientScale);
  const auto first = static_cast<std::uint32_t>(row * coefficients.stored_wide);
  for (int column = 0; column < coefficients.stored_wide; ++column) {
    const DcPosition position = locate(coefficients, first + static_cast<std::uint32_t>(column), inverse_step);
    levels[std::ptrdiff_t{column} * kBlockSize] = static_cast<std::int16_t>(nearest(position));
  }
}

void search_dc_levels(const CoefficientPlane& coefficients, const SearchSettings& settings, const DcRates& rates,
                      std::span<const float> block_weights, Plane& plane, SearchOutcome& outcome) {
  const std::vector<std::uint32_t> order = scan_order(coefficients);
  const auto step = static_cast<float>(settings.table[0]);
  const float inverse_step = 1.0F / (step * kCoefficientScale);
  const float unit_weight = settings.weights[0] * step * step;  // of a squared error in levels
  std::vector<std::array<std::int8_t, kCandidates>> previous(order.size());
  std::array<float, kCandidates> cost{};
  int last_below = 0;
  int last_candidates = 1;  // before the first block the predictor is 0
  for (std::size_t n = 0; n < order.size(); ++n) {
    const std::uint32_t block = order[n];
    const DcPosition position = locate(coefficients, block, inverse_step);
    const float weight = unit_weight * (block_weights.empty() ? 1.0F : block_weights[block]);
    std::array<float, kCandidates> next_cost{};
    for (int candidate = 0; candidate < kCandidates; ++candidate) {
      const int level = position.below + candidate;
      const float error = position.value - static_cast<float>(level);
      float best = std::numeric_limits<float>::max();
      for (int from = 0; from < last_candidates; ++from) {
        const float total = cost[from] + rates[magnitude_category(level - last_below - from)];
        if (total < best) {
          best = total;
          previous[n][candidate] = static_cast<std::int8_t>(from);
        }
      }
      next_cost[candidate] = best + weight * error * error;
    }
    // Costs are kept small so that floats stay exact enough over millions of blocks.
    const float least = std::min(next_cost[0], next_cost[1]);
    for (int candidate = 0; candidate < kCandidates; ++candidate) cost[candidate] = next_cost[candidate] - least;
    last_below = position.below;
    last_candidates = kCandidates;
  }
  int state = cost[0] <= cost[1] ? 0 : 1;
  for (std::size_t n = order.size(); n-- > 0;) {
    const std::uint32_t block = order[n];
    const DcPosition position = locate(coefficients, block, inverse_step);
    const int level = position.below + state;
    plane.levels[std::size_t{block} * kBlockSize] = static_cast<std::int16_t>(level);
    const double weighted_level = level * (block_weights.empty() ? 1.0 : static_cast<double>(block_weights[block]));
    outcome.product[0] += weighted_level * static_cast<double>(position.value) * step;
    outcome.level_energy[0] += weighted_level * level;
    state = previous[n][state];
  }
}

}  // namespace beholder
