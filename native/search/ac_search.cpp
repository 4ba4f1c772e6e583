#include <algorithm>
#include <bit>

#include "bitstream/symbols.hpp"
#include "platform/multiversion.hpp"
#include "search/level_search.hpp"

namespace beholder {
namespace {

constexpr int kLargestLevel = (1 << kAcSizes) - 1;
constexpr float kRoundsToTwo = 1.499F;  // steps; a little below one and a half, for the rounding of floats

// Tables derived from the settings, laid out for the vector loop.
struct Quantiser {
  alignas(64) std::array<float, kBlockSize> inverse_step{};    // levels per stored unit
  alignas(64) std::array<float, kBlockSize> square{};          // w Q^2
  alignas(64) std::array<float, kBlockSize> cross{};           // 2 w Q, error falls by it times |C| K
  alignas(64) std::array<float, kBlockSize> energy{};          // w * surcharge
  alignas(64) std::array<float, kBlockSize> half_step{};       // stored units: nothing below rounds to a level
  alignas(64) std::array<float, kBlockSize> margin{};          // stored units above it that level 1 needs to pay, block weight 1
  alignas(64) std::array<float, kBlockSize> always{};          // stored units: from here on levels above 1 count, whatever level 1 pays
};

Quantiser make_quantiser(const SearchSettings& settings) {
  Quantiser quantiser;
  for (const AcBand& band : settings.bands) {
    for (int i = band.first; i <= band.last; ++i) {
      const auto step = static_cast<float>(settings.table[i]);
      const float weight = settings.weights[i];
      quantiser.inverse_step[i] = kCoefficientUnit / step;
      quantiser.square[i] = weight * step * step;
      quantiser.cross[i] = 2.0F * weight * step;
      quantiser.energy[i] = weight * settings.zeroing_surcharge;
      quantiser.half_step[i] = 0.5F * step / kCoefficientUnit;
      quantiser.always[i] = kRoundsToTwo * step / kCoefficientUnit;
      // Level 1 lowers the error by w (2 Q |C| - Q^2), which must exceed what it costs at least; a surcharge on zero
      // leaves only the rounding.
      if (settings.zeroing_surcharge == 0.0F) {
        const float insertion = i == band.last ? band.rates.least_insertion_at_end : band.rates.least_insertion;
        quantiser.margin[i] = insertion / quantiser.cross[i] / kCoefficientUnit;
      }
    }
  }
  return quantiser;
}

// Bit i of the result: byte i is 1 rather than 0. The multiplication moves the lowest bits of 8 bytes side by side.
std::uint64_t gather_bits(const std::uint8_t* flags) {
  std::uint64_t mask = 0;
  for (int group = 0; group < 8; ++group, flags += 8) {
    std::uint64_t bytes = 0;
    for (int i = 0; i < 8; ++i) bytes |= static_cast<std::uint64_t>(flags[i]) << (8 * i);
    mask |= ((bytes * 0x0102040810204080ULL) >> 56) << (8 * group);
  }
  return mask;
}

[[gnu::always_inline]] inline float magnitude_of(std::int16_t coefficient) {
  return static_cast<float>(coefficient < 0 ? -coefficient : coefficient);
}

// The AC coefficients of one block.
struct BlockValues {
  alignas(64) std::array<float, kBlockSize> magnitude;       // stored units
  alignas(64) std::array<std::int16_t, kBlockSize> rounded;  // to the nearest level
};

// Which positions may become levels. This function and those below are compiled into each version of search_ac_levels.
[[gnu::always_inline]] inline std::uint64_t find_candidates(const Quantiser& quantiser, const std::int16_t* coefficients,
                                                            float block_weight, BlockValues& found) {
  const float inverse_weight = 1.0F / block_weight;
  alignas(64) std::array<std::uint8_t, kBlockSize> candidate;
  for (int i = 0; i < kBlockSize; ++i) {
    const float value = magnitude_of(coefficients[i]);
    found.magnitude[i] = value;
    const int level = static_cast<int>(value * quantiser.inverse_step[i] + 0.5F);
    found.rounded[i] = static_cast<std::int16_t>(level > kLargestLevel ? kLargestLevel : level);
    const float pays = quantiser.half_step[i] + inverse_weight * quantiser.margin[i];
    candidate[i] = value > std::min(pays, quantiser.always[i]) ? 1 : 0;
  }
  return gather_bits(candidate.data()) & ~1ULL;
}

// The cheapest way to a node, without the error there.
struct Entry {
  float cost;
  int previous;
};

// A level and the cheapest path that ends in it.
struct Choice {
  float cost;
  int level;
  int previous;
};

// The shortest paths through one band of one block. Nodes are the levels that may be nonzero; node 0 stands before the band.
struct Path {
  std::array<float, kBlockSize + 1> best;          // least cost of a path that ends in this node
  std::array<float, kBlockSize + 1> least_before;  // least `best` among nodes 0..this
  std::array<std::int8_t, kBlockSize + 1> position;
  std::array<std::int8_t, kBlockSize + 1> previous;
  std::array<std::int16_t, kBlockSize + 1> level;

  [[gnu::always_inline]] void start(int first_position) {
    best[0] = 0.0F;
    least_before[0] = 0.0F;
    position[0] = static_cast<std::int8_t>(first_position - 1);
  }

  [[gnu::always_inline]] void set(int node, int i, const Choice& choice) {
    best[node] = choice.cost;
    least_before[node] = std::min(choice.cost, least_before[node - 1]);
    position[node] = static_cast<std::int8_t>(i);
    previous[node] = static_cast<std::int8_t>(choice.previous);
    level[node] = static_cast<std::int16_t>(choice.level);
  }

  // The cheapest of the ways from the first `nodes` nodes to a level of `size` bits at position i.
  [[gnu::always_inline]] Entry cheapest_entry(int nodes, const AcRates& rates, int i, int size) const {
    const auto& token = rates.token[size - 1];
    const auto& least_from = rates.least_from[size - 1];
    int node = nodes - 1;
    Entry entry{best[node] + token[i - position[node] - 1], node};
    for (--node; node >= 0; --node) {
      const int run = i - position[node] - 1;
      if (least_before[node] + least_from[run] >= entry.cost) break;
      const float cost = best[node] + token[run];
      if (cost < entry.cost) entry = {cost, node};
    }
    return entry;
  }

  // The last node of the cheapest path through the band.
  [[gnu::always_inline]] int cheapest_end(int nodes, const AcBand& band) const {
    int last = 0;
    float least = band.rates.empty_block;
    for (int node = 1; node < nodes; ++node) {
      const float total = best[node] + (position[node] < band.last ? band.rates.end_of_block : 0.0F);
      if (total < least) {
        least = total;
        last = node;
      }
    }
    return last;
  }
};

// The cheaper of the level `highest`, to which the value at position i rounds, and the one below it, if that is not 0.
[[gnu::always_inline]] inline Choice choose_level(const Quantiser& quantiser, const AcRates& rates, const Path& path,
                                                  int nodes, int i, int highest, float value, float block_weight) {
  Choice best{0.0F, 0, 0};
  Entry entry{0.0F, 0};
  int entry_size = 0;
  for (int level = highest; level >= std::max(highest - 1, 1); --level) {
    const int size = category_of_magnitude(level);
    if (size != entry_size) {
      entry = path.cheapest_entry(nodes, rates, i, size);
      entry_size = size;
    }
    const auto k = static_cast<float>(level);
    const float error = block_weight * (k * (quantiser.square[i] * k - quantiser.cross[i] * value) -
                                        quantiser.energy[i] * value * value);
    if (best.level == 0 || entry.cost + error < best.cost) best = {entry.cost + error, level, entry.previous};
  }
  return best;
}

// Sets and counts the levels of the path that ends in node `last`.
[[gnu::always_inline]] inline void take_levels(const Path& path, int last, const BlockValues& values, float block_weight,
                                               const std::int16_t* coefficients, std::int16_t* levels,
                                               SymbolCounts& counts, SearchOutcome& outcome) {
  for (int node = last; node > 0; node = path.previous[node]) {
    const int i = path.position[node];
    const int level = path.level[node];
    count_level(counts, i - path.position[path.previous[node]] - 1, category_of_magnitude(level));
    levels[i] = static_cast<std::int16_t>(coefficients[i] < 0 ? -level : level);
    const float weighted_level = block_weight * static_cast<float>(level);
    outcome.product[i] += weighted_level * values.magnitude[i] * kCoefficientUnit;
    outcome.level_energy[i] += weighted_level * static_cast<float>(level);
  }
}

}  // namespace

void SearchOutcome::add(const SearchOutcome& other) {
  for (std::size_t band = 0; band < ac_counts.size(); ++band) {
    ac_counts[band] = add_counts(ac_counts[band], other.ac_counts[band]);
  }
  for (int i = 0; i < kBlockSize; ++i) {
    product[i] += other.product[i];
    level_energy[i] += other.level_energy[i];
  }
}

BEHOLDER_MULTIVERSION
void search_ac_levels(const SearchSettings& settings, const std::int16_t* coefficients, int blocks,
                      std::span<const float> block_weights, std::int16_t* levels, SearchOutcome& outcome) {
  const Quantiser quantiser = make_quantiser(settings);
  BlockValues values;
  Path path;
  for (int block = 0; block < blocks; ++block, coefficients += kBlockSize, levels += kBlockSize) {
    const float block_weight = block_weights.empty() ? 1.0F : block_weights[block];
    const std::uint64_t candidates = find_candidates(quantiser, coefficients, block_weight, values);
    const std::int16_t dc = levels[0];
    std::fill_n(levels, kBlockSize, std::int16_t{0});
    levels[0] = dc;
    for (std::size_t index = 0; index < settings.bands.size(); ++index) {
      const AcBand& band = settings.bands[index];
      SymbolCounts& counts = outcome.ac_counts[index];
      const std::uint64_t in_band = (~0ULL >> (63 - band.last)) & (~0ULL << band.first);
      int nodes = 1;
      path.start(band.first);
      for (std::uint64_t rest = candidates & in_band; rest != 0; rest &= rest - 1) {
        const int i = std::countr_zero(rest);
        const int highest = values.rounded[i];
        if (highest == 0) continue;
        const float value = values.magnitude[i] * kCoefficientUnit;
        path.set(nodes, i, choose_level(quantiser, band.rates, path, nodes, i, highest, value, block_weight));
        ++nodes;
      }
      const int last = path.cheapest_end(nodes, band);
      if (path.position[last] < band.last) ++counts[kEndOfBlock];
      take_levels(path, last, values, block_weight, coefficients, levels, counts, outcome);
    }
  }
}

BEHOLDER_MULTIVERSION
SymbolCounts count_plain_levels(const QuantTable& table, float rounding_point, const std::int16_t* coefficients,
                                int blocks) {
  alignas(64) std::array<float, kBlockSize> threshold{};
  for (int i = 1; i < kBlockSize; ++i) {
    threshold[i] = rounding_point * static_cast<float>(table[i]) / kCoefficientUnit;
  }
  const float offset = 1.0F - rounding_point;
  SymbolCounts counts{};
  for (int block = 0; block < blocks; ++block, coefficients += kBlockSize) {
    alignas(64) std::array<std::uint8_t, kBlockSize> candidate;
    for (int i = 0; i < kBlockSize; ++i) candidate[i] = magnitude_of(coefficients[i]) > threshold[i] ? 1 : 0;
    int previous = 0;
    for (std::uint64_t rest = gather_bits(candidate.data()) & ~1ULL; rest != 0; rest &= rest - 1) {
      const int i = std::countr_zero(rest);
      const float value = kCoefficientUnit * magnitude_of(coefficients[i]);
      const int level = std::clamp(static_cast<int>(value / static_cast<float>(table[i]) + offset), 1, kLargestLevel);
      count_level(counts, i - previous - 1, category_of_magnitude(level));
      previous = i;
    }
    if (previous < kBlockSize - 1) ++counts[kEndOfBlock];
  }
  return counts;
}

}  // namespace beholder
