#include "beholder/huffman.hpp"

#include <algorithm>
#include <string>

#include "beholder/error.hpp"

namespace beholder {

namespace {

struct Leaf {
  std::uint64_t weight;
  int symbol;
};

constexpr int kReservedSymbol = -1;                // stands for the all-ones code
constexpr std::size_t kMaxItems = 2 * (kSymbols + 1);  // of one package-merge list

}  // namespace

CodeLengths optimal_code_lengths(const SymbolCounts& counts) {
  std::array<Leaf, kSymbols + 1> leaves;
  std::size_t leaf_count = 0;
  // The reserved symbol weighs nothing, so it is the first to be paid a bit at every level: no code is longer than
  // its code, which is therefore the last in canonical order, all ones.
  leaves[leaf_count++] = {0, kReservedSymbol};
  for (int symbol = 0; symbol < kSymbols; ++symbol) {
    if (counts[symbol] > 0) leaves[leaf_count++] = {counts[symbol], symbol};
  }
  CodeLengths lengths{};
  if (leaf_count == 1) return lengths;
  std::sort(leaves.begin() + 1, leaves.begin() + leaf_count, [](const Leaf& a, const Leaf& b) {
    return a.weight != b.weight ? a.weight < b.weight : a.symbol < b.symbol;
  });

  // List k holds, by weight, the leaves and the pairs of neighbours of list k - 1. Only which items are leaves is
  // kept of the lists before the last.
  std::array<std::array<bool, kMaxItems>, kMaxCodeLength> is_leaf;
  std::array<std::uint64_t, kMaxItems> weights;
  std::array<std::uint64_t, kMaxItems> merged;
  std::size_t items = 0;
  for (int level = 0; level < kMaxCodeLength; ++level) {
    const std::size_t pairs = items / 2;
    std::size_t leaf = 0;
    std::size_t pair = 0;
    for (items = 0; leaf < leaf_count || pair < pairs; ++items) {
      const std::uint64_t pair_weight = pair < pairs ? weights[2 * pair] + weights[2 * pair + 1] : 0;
      const bool take_leaf = pair == pairs || (leaf < leaf_count && leaves[leaf].weight <= pair_weight);
      is_leaf[level][items] = take_leaf;
      merged[items] = take_leaf ? leaves[leaf++].weight : pair_weight;
      pair += take_leaf ? 0 : 1;
    }
    std::swap(weights, merged);
  }

  // The first 2n - 2 items of the last list are the solution; each pair in it takes two items of the list before.
  std::size_t taken = 2 * leaf_count - 2;
  for (int level = kMaxCodeLength - 1; level >= 0 && taken > 0; --level) {
    const std::size_t leaves_taken = std::count(is_leaf[level].begin(), is_leaf[level].begin() + taken, true);
    for (std::size_t leaf = 1; leaf < leaves_taken; ++leaf) ++lengths[leaves[leaf].symbol];
    taken = 2 * (taken - leaves_taken);
  }
  return lengths;
}

HuffmanTable huffman_table(const CodeLengths& lengths) {
  HuffmanTable table;
  for (int length = 1; length <= kMaxCodeLength; ++length) {
    for (int symbol = 0; symbol < kSymbols; ++symbol) {
      if (lengths[symbol] != length) continue;
      ++table.counts[length - 1];
      table.symbols.push_back(static_cast<std::uint8_t>(symbol));
    }
  }
  return table;
}

HuffmanCode canonical_code(const HuffmanTable& table) {
  HuffmanCode code;
  std::uint32_t next = 0;
  std::size_t index = 0;
  for (int length = 1; length <= kMaxCodeLength; ++length) {
    for (int i = 0; i < table.counts[length - 1]; ++i, ++index, ++next) {
      if (index >= table.symbols.size()) throw Error("Huffman table: fewer symbols than its code lengths announce");
      if (next >> length != 0) {
        throw Error("Huffman table: more codes of up to " + std::to_string(length) + " bits than exist");
      }
      code.bits[table.symbols[index]] = static_cast<std::uint16_t>(next);
      code.lengths[table.symbols[index]] = static_cast<std::uint8_t>(length);
    }
    next <<= 1;
  }
  if (index != table.symbols.size()) throw Error("Huffman table: more symbols than its code lengths announce");
  return code;
}

std::uint64_t appended_bits(const SymbolCounts& counts) {
  std::uint64_t total = 0;
  for (int symbol = 0; symbol < kSymbols; ++symbol) {
    const int run = symbol >> 4;
    const int size = symbol & 15;
    // Size 0: an end-of-band run of 2^run blocks or more, except for run 15, sixteen zeros.
    const int bits = size > 0 ? size : (run < 15 ? run : 0);
    total += counts[symbol] * bits;
  }
  return total;
}

std::uint64_t coded_bits(const SymbolCounts& counts, const CodeLengths& lengths) {
  std::uint64_t total = 0;
  for (int symbol = 0; symbol < kSymbols; ++symbol) total += counts[symbol] * lengths[symbol];
  return total;
}

std::uint64_t optimal_cost_bits(const SymbolCounts& counts) {
  const CodeLengths lengths = optimal_code_lengths(counts);
  const auto symbols = static_cast<std::uint64_t>(
      std::count_if(counts.begin(), counts.end(), [](std::uint64_t count) { return count > 0; }));
  return coded_bits(counts, lengths) + 8 * (1 + kMaxCodeLength + symbols);
}

}  // namespace beholder
