#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "beholder/level_search.hpp"

namespace beholder {
namespace {

constexpr int kCandidates = 3;  // the nearest level and its two neighbours
constexpr int kLargestDifference = 2047;
constexpr int kLargestDcLevel = 1023;  // keeps every difference within 2047

int difference_size(int difference) { return std::bit_width(static_cast<unsigned>(std::abs(difference))); }

// Stored index of the n-th block in the order of an interleaved scan: MCU by MCU, raster inside.
std::vector<std::uint32_t> scan_order(const CoefficientPlane& plane) {
  std::vector<std::uint32_t> order;
  order.reserve(plane.block_count());
  for (int row = 0; row < plane.stored_high; row += plane.vertical_sampling) {
    for (int column = 0; column < plane.stored_wide; column += plane.horizontal_sampling) {
      for (int y = 0; y < plane.vertical_sampling; ++y) {
        for (int x = 0; x < plane.horizontal_sampling; ++x) {
          order.push_back(static_cast<std::uint32_t>((row + y) * plane.stored_wide + column + x));
        }
      }
    }
  }
  return order;
}

int nearest_level(const CoefficientPlane& plane, std::uint32_t block, int step) {
  const float value = static_cast<float>(plane.values[std::size_t{block} * kBlockSize]) / kCoefficientScale;
  return std::clamp(static_cast<int>(std::lround(value / static_cast<float>(step))), -kLargestDcLevel, kLargestDcLevel);
}

}  // namespace

SymbolCounts count_plain_dc(const CoefficientPlane& coefficients, int step) {
  SymbolCounts counts{};
  int previous = 0;
  for (const std::uint32_t block : scan_order(coefficients)) {
    const int level = nearest_level(coefficients, block, step);
    ++counts[difference_size(level - previous)];
    previous = level;
  }
  return counts;
}

SymbolCounts search_dc_levels(const CoefficientPlane& coefficients, const SearchSettings& settings,
                              const DcRates& rates, std::span<const float> block_weights, Plane& plane,
                              SearchOutcome& outcome) {
  const std::vector<std::uint32_t> order = scan_order(coefficients);
  const int step = settings.table[0];
  std::vector<std::array<std::int8_t, kCandidates>> previous(order.size());
  std::array<float, kCandidates> cost{};
  std::array<int, kCandidates> levels{};
  // Before the first block the predictor is 0, whatever the candidate.
  for (std::size_t n = 0; n < order.size(); ++n) {
    const std::uint32_t block = order[n];
    const float value = static_cast<float>(coefficients.values[std::size_t{block} * kBlockSize]) / kCoefficientScale;
    const float weight = settings.weights[0] * (block_weights.empty() ? 1.0F : block_weights[block]);
    const int centre = nearest_level(coefficients, block, step);
    std::array<float, kCandidates> next_cost{};
    std::array<int, kCandidates> next_levels{};
    for (int candidate = 0; candidate < kCandidates; ++candidate) {
      const int level = std::clamp(centre + candidate - 1, -kLargestDcLevel, kLargestDcLevel);
      const float error = value - static_cast<float>(level * step);
      float best = std::numeric_limits<float>::max();
      for (int from = 0; from < kCandidates; ++from) {
        const float total = cost[from] + rates[difference_size(level - levels[from])];
        if (total < best) {
          best = total;
          previous[n][candidate] = static_cast<std::int8_t>(from);
        }
      }
      next_cost[candidate] = best + weight * error * error;
      next_levels[candidate] = level;
    }
    // Costs are kept small so that floats stay exact enough over millions of blocks.
    const float least = *std::min_element(next_cost.begin(), next_cost.end());
    for (int candidate = 0; candidate < kCandidates; ++candidate) cost[candidate] = next_cost[candidate] - least;
    levels = next_levels;
  }
  auto state = static_cast<int>(std::min_element(cost.begin(), cost.end()) - cost.begin());
  SymbolCounts counts{};
  int following = 0;
  for (std::size_t n = order.size(); n-- > 0;) {
    const std::uint32_t block = order[n];
    const int level =
        std::clamp(nearest_level(coefficients, block, step) + state - 1, -kLargestDcLevel, kLargestDcLevel);
    plane.levels[std::size_t{block} * kBlockSize] = static_cast<std::int16_t>(level);
    if (n + 1 < order.size()) ++counts[difference_size(following - level)];
    following = level;
    const double weight = block_weights.empty() ? 1.0 : static_cast<double>(block_weights[block]);
    const double value = static_cast<double>(coefficients.values[std::size_t{block} * kBlockSize]) / kCoefficientScale;
    outcome.product[0] += weight * value * level;
    outcome.level_energy[0] += weight * level * level;
    state = previous[n][state];
  }
  ++counts[difference_size(following)];
  return counts;
}

}  // namespace beholder
