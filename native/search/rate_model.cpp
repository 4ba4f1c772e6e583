#include "search/rate_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "bitstream/symbols.hpp"

namespace beholder {
namespace {

constexpr int kRunsOfSymbol = 16;

// token, least_from and least_insertion from the bits of the symbols.
void fill_tokens(const std::array<float, kSymbols>& bits, float unit, AcRates& rates) {
  for (int size = 1; size <= kAcSizes; ++size) {
    auto& token = rates.token[size - 1];
    for (int run = 0; run < kBlockSize; ++run) {
      const auto zero_runs = static_cast<float>(run / kRunsOfSymbol);
      const int symbol = 16 * (run % kRunsOfSymbol) + size;
      token[run] = unit * (zero_runs * bits[kZeroRun] + bits[symbol] + static_cast<float>(size));
    }
    auto& least = rates.least_from[size - 1];
    float smallest = token[kBlockSize - 1];
    for (int run = kBlockSize - 1; run >= 0; --run) {
      smallest = std::min(smallest, token[run]);
      least[run] = smallest;
    }
  }
  // A level of size 1 splits the run before the next level in two, or follows the last level.
  float least = rates.least_from[0][0];
  for (int size = 1; size <= kAcSizes; ++size) {
    const auto& token = rates.token[size - 1];
    for (int before = 0; before < kBlockSize - 1; ++before) {
      for (int after = 0; before + after + 1 < kBlockSize; ++after) {
        least = std::min(least, rates.token[0][before] + token[after] - token[before + after + 1]);
      }
    }
  }
  rates.least_insertion = std::max(least, 0.0F);
}

// Needs the costs of tokens and ends.
void fill_insertion_at_end(AcRates& rates) {
  rates.least_insertion_at_end =
      std::max(rates.least_from[0][0] - std::max(rates.end_of_block, rates.empty_block), 0.0F);
}

}  // namespace

std::array<float, kSymbols> symbol_bits(const SymbolCounts& counts) {
  double total = 0.0;
  for (const std::uint64_t count : counts) total += static_cast<double>(count);
  std::array<float, kSymbols> bits{};
  for (int symbol = 0; symbol < kSymbols; ++symbol) {
    const double count = counts[symbol] > 0 ? static_cast<double>(counts[symbol]) : 0.5;
    bits[symbol] = static_cast<float>(std::clamp(std::log2((total + 1.0) / count), 0.5, 16.0));
  }
  return bits;
}

AcRates sequential_ac_rates(const SymbolCounts& counts, float unit) {
  const std::array<float, kSymbols> bits = symbol_bits(counts);
  AcRates rates;
  fill_tokens(bits, unit, rates);
  rates.end_of_block = unit * bits[0];
  rates.empty_block = rates.end_of_block;
  fill_insertion_at_end(rates);
  return rates;
}

AcRates progressive_ac_rates(const SymbolCounts& counts, float unit) {
  const std::array<float, kSymbols> bits = symbol_bits(counts);
  AcRates rates;
  fill_tokens(bits, unit, rates);
  double runs = 0.0;
  double run_bits = 0.0;
  for (int length_bits = 0; length_bits < 15; ++length_bits) {
    const auto count = static_cast<double>(counts[16 * length_bits]);
    runs += count;
    run_bits += count * (static_cast<double>(bits[16 * length_bits]) + length_bits);
  }
  rates.end_of_block = unit * static_cast<float>(runs > 0.0 ? run_bits / runs : 1.0);
  rates.empty_block = 0.0F;
  fill_insertion_at_end(rates);
  return rates;
}

DcRates dc_rates(const SymbolCounts& counts, float unit) {
  const std::array<float, kSymbols> bits = symbol_bits(counts);
  DcRates rates{};
  for (int size = 0; size < kDcSizes; ++size) rates[size] = unit * (bits[size] + static_cast<float>(size));
  return rates;
}

}  // namespace beholder
