#include "bitstream/huffman.hpp"

#include <algorithm>
#include <functional>
#include <string>

#include "platform/error.hpp"

namespace beholder {
namespace {

struct Leaf {
  std::uint64_t weight;
  int symbol;
};

constexpr int kReservedSymbol = -1;                    // stands for the all-ones code
constexpr std::size_t kMaxLeaves = kSymbols + 1;
constexpr std::size_t kMaxItems = 2 * kMaxLeaves;  // of one package-merge list

/// The symbols that occur, by weight, behind the reserved one. It weighs nothing, so no code is longer than its code,
/// which is therefore the last in canonical order, all ones.
struct Leaves {
  std::array<Leaf, kMaxLeaves> items;
  std::size_t size = 0;

  explicit Leaves(const SymbolCounts& counts) {
    items[size++] = {0, kReservedSymbol};
    for (int symbol = 0; symbol < kSymbols; ++symbol) {
      if (counts[symbol] > 0) items[size++] = {counts[symbol], symbol};
    }
    std::sort(items.begin() + 1, items.begin() + size, [](const Leaf& a, const Leaf& b) {
      return a.weight != b.weight ? a.weight < b.weight : a.symbol < b.symbol;
    });
  }
};

/// Depths of the leaves in a Huffman tree without a limit (two queues; van Leeuwen 1976).
std::array<int, kMaxLeaves> huffman_depths(const Leaves& leaves) {
  std::array<std::uint64_t, kMaxLeaves> weights;  // of inner nodes, ascending
  std::array<std::size_t, kMaxItems> parents;     // of leaves, then of inner nodes
  std::size_t leaf = 0;
  std::size_t inner = 0;
  const std::size_t inner_nodes = leaves.size - 1;
  for (std::size_t node = 0; node < inner_nodes; ++node) {
    weights[node] = 0;
    for (int child = 0; child < 2; ++child) {
      const bool take_leaf =
          leaf < leaves.size && (inner == node || leaves.items[leaf].weight <= weights[inner]);
      weights[node] += take_leaf ? leaves.items[leaf].weight : weights[inner];
      parents[take_leaf ? leaf++ : leaves.size + inner++] = node;
    }
  }
  std::array<int, kMaxLeaves> inner_depths{};
  for (std::size_t node = inner_nodes - 1; node-- > 0;) {
    inner_depths[node] = inner_depths[parents[leaves.size + node]] + 1;
  }
  std::array<int, kMaxLeaves> depths{};
  for (std::size_t i = 0; i < leaves.size; ++i) depths[i] = inner_depths[parents[i]] + 1;
  return depths;
}

/// Depths of least total weight, none above 16 (package-merge).
std::array<int, kMaxLeaves> package_merge(const Leaves& leaves) {
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
    for (items = 0; leaf < leaves.size || pair < pairs; ++items) {
      const std::uint64_t pair_weight = pair < pairs ? weights[2 * pair] + weights[2 * pair + 1] : 0;
      const bool take_leaf = pair == pairs || (leaf < leaves.size && leaves.items[leaf].weight <= pair_weight);
      is_leaf[level][items] = take_leaf;
      merged[items] = take_leaf ? leaves.items[leaf++].weight : pair_weight;
      pair += take_leaf ? 0 : 1;
    }
    std::swap(weights, merged);
  }

  // The first 2n - 2 items of the last list are the solution; each pair in it takes two items of the list before.
  std::array<int, kMaxLeaves> depths{};
  std::size_t taken = 2 * leaves.size - 2;
  for (int level = kMaxCodeLength - 1; level >= 0 && taken > 0; --level) {
    const std::size_t leaves_taken = std::count(is_leaf[level].begin(), is_leaf[level].begin() + taken, true);
    for (std::size_t leaf = 0; leaf < leaves_taken; ++leaf) ++depths[leaf];
    taken = 2 * (taken - leaves_taken);
  }
  return depths;
}

}  // namespace

CodeLengths optimal_code_lengths(const SymbolCounts& counts) {
  const Leaves leaves(counts);
  CodeLengths lengths{};
  if (leaves.size == 1) return lengths;
  std::array<int, kMaxLeaves> depths = huffman_depths(leaves);
  // The lightest leaf, the reserved symbol, is the deepest.
  if (depths[0] > kMaxCodeLength) depths = package_merge(leaves);
  for (std::size_t i = 1; i < leaves.size; ++i) {
    lengths[leaves.items[i].symbol] = static_cast<std::uint8_t>(depths[i]);
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

SymbolCounts add_counts(const SymbolCounts& a, const SymbolCounts& b) {
  SymbolCounts total;
  std::transform(a.begin(), a.end(), b.begin(), total.begin(), std::plus<>());
  return total;
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
