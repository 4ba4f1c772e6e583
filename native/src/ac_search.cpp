#include <algorithm>
#include <bit>
#include <cstring>

#include "beholder/level_search.hpp"
#include "beholder/multiversion.hpp"

namespace beholder {
namespace {

constexpr float kUnit = 1.0F / kCoefficientScale;
constexpr int kLargestLevel = (1 << kAcSizes) - 1;
constexpr int kZeroRun = 0xF0;
constexpr float kRoundsToTwo = 1.499F;  // steps; a little below one and a half, for the rounding of floats

int bit_size(int level) { return std::bit_width(static_cast<unsigned>(level)); }

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
      quantiser.inverse_step[i] = kUnit / step;
      quantiser.square[i] = weight * step * step;
      quantiser.cross[i] = 2.0F * weight * step;
      quantiser.energy[i] = weight * settings.zeroing_surcharge;
      quantiser.half_step[i] = 0.5F * step / kUnit;
      quantiser.always[i] = kRoundsToTwo * step / kUnit;
      // Level 1 lowers the error by w (2 Q |C| - Q^2), which must exceed what it costs at least; a surcharge on zero
      // leaves only the rounding.
      if (settings.zeroing_surcharge == 0.0F) {
        const float insertion = i == band.last ? band.rates.least_insertion_at_end : band.rates.least_insertion;
        quantiser.margin[i] = insertion / quantiser.cross[i] / kUnit;
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

// The shortest path through one band of one block. Nodes are the levels that may be nonzero; node 0 stands before the band.
struct Path {
  std::array<float, kBlockSize + 1> best{};         // least cost of a path that ends in this node
  std::array<float, kBlockSize + 1> least_before{}; // least `best` among nodes 0..this
  std::array<std::int8_t, kBlockSize + 1> position{};
  std::array<std::int8_t, kBlockSize + 1> previous{};
  std::array<std::int16_t, kBlockSize + 1> level{};
};

}  // namespace

void SearchOutcome::add(const SearchOutcome& other) {
  for (std::size_t band = 0; band < ac_counts.size(); ++band) {
    for (int symbol = 0; symbol < kSymbols; ++symbol) ac_counts[band][symbol] += other.ac_counts[band][symbol];
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
  Path path;
  for (int block = 0; block < blocks; ++block, coefficients += kBlockSize, levels += kBlockSize) {
    const float block_weight = block_weights.empty() ? 1.0F : block_weights[block];
    const float inverse_weight = 1.0F / block_weight;
    alignas(64) std::array<float, kBlockSize> magnitude;
    alignas(64) std::array<std::int16_t, kBlockSize> rounded;
    alignas(64) std::array<std::uint8_t, kBlockSize> candidate;
    for (int i = 0; i < kBlockSize; ++i) {
      const float value = static_cast<float>(coefficients[i] < 0 ? -coefficients[i] : coefficients[i]);
      magnitude[i] = value;
      const int level = static_cast<int>(value * quantiser.inverse_step[i] + 0.5F);
      rounded[i] = static_cast<std::int16_t>(level > kLargestLevel ? kLargestLevel : level);
      const float pays = quantiser.half_step[i] + inverse_weight * quantiser.margin[i];
      candidate[i] = value > std::min(pays, quantiser.always[i]) ? 1 : 0;
    }
    const std::uint64_t candidates = gather_bits(candidate.data()) & ~1ULL;
    const std::int16_t dc = levels[0];
    std::memset(levels, 0, kBlockSize * sizeof(std::int16_t));
    levels[0] = dc;

    for (std::size_t band_index = 0; band_index < settings.bands.size(); ++band_index) {
      const AcBand& band = settings.bands[band_index];
      const std::uint64_t band_mask = (~0ULL >> (63 - band.last)) & (~0ULL << band.first);
      SymbolCounts& counts = outcome.ac_counts[band_index];
      int nodes = 1;
      path.best[0] = 0.0F;
      path.least_before[0] = 0.0F;
      path.position[0] = static_cast<std::int8_t>(band.first - 1);
      for (std::uint64_t rest = candidates & band_mask; rest != 0; rest &= rest - 1) {
        const int i = std::countr_zero(rest);
        const int highest = rounded[i];
        if (highest == 0) continue;
        const float value = magnitude[i] * kUnit;
        float best = 0.0F;
        int best_level = 0;
        int best_previous = 0;
        float entry = 0.0F;
        int entry_node = 0;
        int entry_size = 0;
        for (int level = highest; level >= std::max(highest - 1, 1); --level) {
          const int size = bit_size(level);
          if (size != entry_size) {
            const auto& token = band.rates.token[size - 1];
            const auto& least_from = band.rates.least_from[size - 1];
            int node = nodes - 1;
            entry_node = node;
            entry = path.best[node] + token[i - path.position[node] - 1];
            for (--node; node >= 0; --node) {
              const int run = i - path.position[node] - 1;
              if (path.least_before[node] + least_from[run] >= entry) break;
              const float cost = path.best[node] + token[run];
              if (cost < entry) {
                entry = cost;
                entry_node = node;
              }
            }
            entry_size = size;
          }
          const auto k = static_cast<float>(level);
          const float error =
              block_weight * (k * (quantiser.square[i] * k - quantiser.cross[i] * value) - quantiser.energy[i] * value * value);
          if (best_level == 0 || entry + error < best) {
            best = entry + error;
            best_level = level;
            best_previous = entry_node;
          }
        }
        path.best[nodes] = best;
        path.least_before[nodes] = std::min(best, path.least_before[nodes - 1]);
        path.position[nodes] = static_cast<std::int8_t>(i);
        path.previous[nodes] = static_cast<std::int8_t>(best_previous);
        path.level[nodes] = static_cast<std::int16_t>(best_level);
        ++nodes;
      }
      int last = 0;
      float least = band.rates.empty_block;
      for (int node = 1; node < nodes; ++node) {
        const float total = path.best[node] + (path.position[node] < band.last ? band.rates.end_of_block : 0.0F);
        if (total < least) {
          least = total;
          last = node;
        }
      }
      if (path.position[last] < band.last) ++counts[0];
      for (int node = last; node > 0; node = path.previous[node]) {
        const int i = path.position[node];
        const int level = path.level[node];
        int run = i - path.position[path.previous[node]] - 1;
        for (; run >= 16; run -= 16) ++counts[kZeroRun];
        ++counts[16 * run + bit_size(level)];
        levels[i] = static_cast<std::int16_t>(coefficients[i] < 0 ? -level : level);
        const float weighted_level = block_weight * static_cast<float>(level);
        outcome.product[i] += weighted_level * magnitude[i] * kUnit;
        outcome.level_energy[i] += weighted_level * static_cast<float>(level);
      }
    }
  }
}

BEHOLDER_MULTIVERSION
SymbolCounts count_plain_levels(const QuantTable& table, float rounding_point, const std::int16_t* coefficients,
                                int blocks) {
  alignas(64) std::array<float, kBlockSize> threshold{};
  for (int i = 1; i < kBlockSize; ++i) threshold[i] = rounding_point * static_cast<float>(table[i]) / kUnit;
  const float offset = 1.0F - rounding_point;
  SymbolCounts counts{};
  for (int block = 0; block < blocks; ++block, coefficients += kBlockSize) {
    alignas(64) std::array<std::uint8_t, kBlockSize> candidate;
    for (int i = 0; i < kBlockSize; ++i) {
      const float value = static_cast<float>(coefficients[i] < 0 ? -coefficients[i] : coefficients[i]);
      candidate[i] = value > threshold[i] ? 1 : 0;
    }
    int previous = 0;
    for (std::uint64_t rest = gather_bits(candidate.data()) & ~1ULL; rest != 0; rest &= rest - 1) {
      const int i = std::countr_zero(rest);
      const float value = kUnit * static_cast<float>(coefficients[i] < 0 ? -coefficients[i] : coefficients[i]);
      const int level = std::clamp(static_cast<int>(value / static_cast<float>(table[i]) + offset), 1, kLargestLevel);
      int run = i - previous - 1;
      for (; run >= 16; run -= 16) ++counts[kZeroRun];
      ++counts[16 * run + bit_size(level)];
      previous = i;
    }
    if (previous < kBlockSize - 1) ++counts[0];
  }
  return counts;
}

}  // namespace beholder
