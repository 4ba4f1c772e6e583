// search_ac_levels and search_dc_levels against the best of all choices of levels.
#include "search/level_search.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <vector>

#include "picture/coefficients.hpp"

namespace {

using Block = std::array<std::int16_t, beholder::kBlockSize>;

constexpr int kCandidates = 7;
constexpr double kTolerance = 1e-5;  // relative: the search adds floats

double drawn(std::mt19937& random, double least, double most) {
  return std::uniform_real_distribution<double>(least, most)(random);
}

/// Symbol counts that fall with run and size, where a level always costs something and the search can prune, or that
/// are of any shape.
beholder::SymbolCounts draw_counts(std::mt19937& random) {
  beholder::SymbolCounts counts{};
  const bool falling = random() % 4 != 0;
  const double run_decay = drawn(random, 0.01, 0.5);
  const double size_decay = drawn(random, -0.3, 2.0);
  for (int run = 0; run < 16; ++run) {
    for (int size = 1; size <= beholder::kAcSizes; ++size) {
      const double share = falling ? std::exp(-run_decay * run - size_decay * size) : std::exp(-drawn(random, 0.0, 12.0));
      counts[16 * run + size] = static_cast<std::uint64_t>(1e9 * share);
    }
    // the end of the block, runs of ends, ZRL
    counts[16 * run] = static_cast<std::uint64_t>(1e9 * std::exp(-drawn(random, 0.0, 12.0)));
  }
  if (falling) counts[0xF0] = static_cast<std::uint64_t>(3e9 * std::exp(-16.0 * run_decay));
  return counts;
}

int bit_size(int level) { return std::bit_width(static_cast<unsigned>(std::abs(level))); }

/// What the levels of one band cost: rate alone.
double band_rate(const beholder::AcBand& band, const Block& levels) {
  double rate = 0.0;
  int previous = band.first - 1;
  for (int i = band.first; i <= band.last; ++i) {
    if (levels[i] == 0) continue;
    rate += band.rates.token[bit_size(levels[i]) - 1][i - previous - 1];
    previous = i;
  }
  if (previous == band.first - 1) return band.rates.empty_block;
  return previous < band.last ? rate + band.rates.end_of_block : rate;
}

double block_cost(const beholder::SearchSettings& settings, const Block& coefficients, double block_weight,
                  const Block& levels) {
  double cost = 0.0;
  for (const beholder::AcBand& band : settings.bands) cost += band_rate(band, levels);
  for (int i = 1; i < beholder::kBlockSize; ++i) {
    const double value = static_cast<double>(coefficients[i]) / beholder::kCoefficientScale;
    const double error = value - static_cast<double>(settings.table[i]) * levels[i];
    cost += block_weight * static_cast<double>(settings.weights[i]) * error * error;
  }
  return cost;
}

beholder::SearchSettings draw_settings(std::mt19937& random) {
  beholder::SearchSettings settings;
  const double scale = std::exp(drawn(random, 0.0, 4.0));
  for (int i = 0; i < beholder::kBlockSize; ++i) {
    const double step = std::clamp(scale * drawn(random, 0.5, 2.0), 1.0, 255.0);
    settings.table[i] = static_cast<std::uint16_t>(std::lround(step));
    settings.weights[i] = static_cast<float>(drawn(random, 0.3, 3.0));
  }
  const auto unit = static_cast<float>(scale * scale * std::exp(drawn(random, -5.0, -0.7)));
  const bool progressive = random() % 2 == 0;
  const int split = progressive ? 1 + static_cast<int>(random() % 63) : 63;
  for (const auto& [first, last] : {std::array{1, split}, std::array{split + 1, 63}}) {
    if (first > last) continue;
    const beholder::SymbolCounts counts = draw_counts(random);
    settings.bands.push_back({first, last,
                              progressive ? beholder::progressive_ac_rates(counts, unit)
                                          : beholder::sequential_ac_rates(counts, unit)});
  }
  return settings;
}

/// At most kCandidates coefficients that round to a level; the others lie below half a step.
Block draw_block(std::mt19937& random, const beholder::SearchSettings& settings) {
  Block block{};
  for (int i = 1; i < beholder::kBlockSize; ++i) {
    const double half = 0.5 * beholder::kCoefficientScale * settings.table[i];
    block[i] = static_cast<std::int16_t>(drawn(random, -0.98, 0.98) * half);
  }
  const int candidates = static_cast<int>(random() % (kCandidates + 1));
  for (int n = 0; n < candidates; ++n) {
    // The last positions of a block and of bands come often enough.
    const int i = random() % 4 == 0 ? settings.bands[0].last : 1 + static_cast<int>(random() % 63);
    const double steps = 0.5 + std::exp(drawn(random, -3.0, 2.0));
    const double value = std::min(steps * beholder::kCoefficientScale * settings.table[i], 32767.0);
    block[i] = static_cast<std::int16_t>(random() % 2 == 0 ? value : -value);
  }
  return block;
}

/// The least cost over all choices of 0, K - 1 and K at each coefficient above half a step, which rounds to K.
double least_cost(const beholder::SearchSettings& settings, const Block& coefficients, double block_weight) {
  std::vector<int> positions;
  std::vector<int> rounded;
  for (int i = 1; i < beholder::kBlockSize; ++i) {
    const double value = static_cast<double>(coefficients[i]) / beholder::kCoefficientScale;
    if (std::abs(value) <= 0.5 * settings.table[i]) continue;
    const int level = std::min(static_cast<int>(std::abs(value) / settings.table[i] + 0.5), 1023);
    positions.push_back(i);
    rounded.push_back(value < 0 ? -level : level);
  }
  int choices = 1;
  for (std::size_t n = 0; n < positions.size(); ++n) choices *= 3;
  double least = std::numeric_limits<double>::max();
  for (int choice = 0; choice < choices; ++choice) {
    Block levels{};
    int rest = choice;
    for (std::size_t n = 0; n < positions.size(); ++n, rest /= 3) {
      const int sign = rounded[n] < 0 ? -1 : 1;
      levels[positions[n]] = static_cast<std::int16_t>(rest % 3 == 0 ? 0 : rounded[n] - (rest % 3 == 1 ? sign : 0));
    }
    least = std::min(least, block_cost(settings, coefficients, block_weight, levels));
  }
  return least;
}

bool check_ac(std::mt19937& random, int round) {
  const beholder::SearchSettings settings = draw_settings(random);
  const Block coefficients = draw_block(random, settings);
  const auto block_weight = static_cast<float>(random() % 2 == 0 ? 1.0 : std::exp(drawn(random, -3.0, 0.7)));
  Block levels{};
  levels[0] = 77;
  beholder::SearchOutcome outcome(settings.bands.size());
  beholder::search_ac_levels(settings, coefficients.data(), 1, {&block_weight, 1}, levels.data(), outcome);
  const double found = block_cost(settings, coefficients, block_weight, levels);
  const double least = least_cost(settings, coefficients, block_weight);
  if (levels[0] == 77 && found <= least * (1 + kTolerance)) return true;
  std::fprintf(stderr, "AC, round %d: found %g, but %g is possible\n", round, found, least);
  return false;
}

/// Component of 1 block's height whose scan order is from left to right.
beholder::CoefficientPlane draw_dc(std::mt19937& random, int blocks, int step) {
  beholder::CoefficientPlane plane;
  plane.blocks_wide = plane.stored_wide = blocks;
  plane.blocks_high = plane.stored_high = 1;
  plane.values.assign(plane.block_count() * beholder::kBlockSize, 0);
  double value = drawn(random, -1000.0, 1000.0);
  for (int n = 0; n < blocks; ++n) {
    value = std::clamp(value + drawn(random, -4.0, 4.0) * step, -1024.0, 1024.0);
    plane.values[static_cast<std::size_t>(n) * beholder::kBlockSize] =
        static_cast<std::int16_t>(value * beholder::kCoefficientScale);
  }
  return plane;
}

double dc_cost(const std::vector<int>& levels, const beholder::CoefficientPlane& plane,
               const beholder::SearchSettings& settings, const beholder::DcRates& rates,
               const std::vector<float>& block_weights) {
  double cost = 0.0;
  int previous = 0;
  for (std::size_t n = 0; n < levels.size(); ++n) {
    const double value = static_cast<double>(plane.values[n * beholder::kBlockSize]) / beholder::kCoefficientScale;
    const double error = value - static_cast<double>(levels[n]) * settings.table[0];
    cost += static_cast<double>(settings.weights[0]) * block_weights[n] * error * error + rates[bit_size(levels[n] - previous)];
    previous = levels[n];
  }
  return cost;
}

bool check_dc(std::mt19937& random, int round) {
  beholder::SearchSettings settings;
  settings.table[0] = static_cast<std::uint16_t>(1 + random() % 64);
  settings.weights[0] = static_cast<float>(drawn(random, 0.3, 3.0));
  const int blocks = 1 + static_cast<int>(random() % 7);
  const beholder::CoefficientPlane coefficients = draw_dc(random, blocks, settings.table[0]);
  beholder::SymbolCounts past{};
  for (int size = 0; size < beholder::kDcSizes; ++size) past[size] = random() % 1000;
  const double square = static_cast<double>(settings.table[0]) * settings.table[0];
  const beholder::DcRates rates = beholder::dc_rates(past, static_cast<float>(square * std::exp(drawn(random, -4.0, 0.0))));
  std::vector<float> block_weights(blocks);
  for (float& weight : block_weights) weight = static_cast<float>(drawn(random, 0.1, 2.0));

  beholder::Plane plane;
  plane.blocks_wide = plane.stored_wide = blocks;
  plane.blocks_high = plane.stored_high = 1;
  plane.levels.resize(static_cast<std::size_t>(blocks) * beholder::kBlockSize);
  beholder::SearchOutcome outcome(0);
  beholder::search_dc_levels(coefficients, settings, rates, block_weights, plane, outcome);

  std::vector<int> found(blocks);
  for (int n = 0; n < blocks; ++n) found[n] = plane.levels[static_cast<std::size_t>(n) * beholder::kBlockSize];
  std::vector<int> below(blocks);  // the search chooses between this level and the one above it
  for (int n = 0; n < blocks; ++n) {
    const double value = static_cast<double>(coefficients.values[static_cast<std::size_t>(n) * beholder::kBlockSize]);
    below[n] = static_cast<int>(std::floor(value / beholder::kCoefficientScale / settings.table[0]));
    below[n] = std::clamp(below[n], -1023, 1022);
  }
  double least = std::numeric_limits<double>::max();
  for (unsigned choice = 0; choice < 1U << blocks; ++choice) {
    std::vector<int> levels(below);
    for (int n = 0; n < blocks; ++n) levels[n] += static_cast<int>(choice >> n & 1U);
    least = std::min(least, dc_cost(levels, coefficients, settings, rates, block_weights));
  }
  const double cost = dc_cost(found, coefficients, settings, rates, block_weights);
  if (cost <= least * (1 + kTolerance)) return true;
  std::fprintf(stderr, "DC, round %d: found %g, but %g is possible\n", round, cost, least);
  return false;
}

}  // namespace

int main() {
  std::mt19937 random(23);
  int failures = 0;
  for (int round = 0; round < 20000; ++round) {
    if (!check_ac(random, round)) ++failures;
    if (!check_dc(random, round)) ++failures;
  }
  if (failures > 0) std::fprintf(stderr, "%d failures\n", failures);
  return failures > 0 ? 1 : 0;
}
