// Code lengths against the least total of every possible code, limits, canonical codes, and decoders of them.
#include "bitstream/huffman.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <numeric>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "bitstream/bit_reader.hpp"
#include "bitstream/bit_writer.hpp"
#include "bitstream/huffman_decoder.hpp"
#include "platform/error.hpp"

namespace {

using beholder::CodeLengths;
using beholder::HuffmanTable;
using beholder::SymbolCounts;

int failures = 0;

void check(bool right, const char* what, int round = 0) {
  if (right) return;
  std::fprintf(stderr, "%s (round %d)\n", what, round);
  ++failures;
}

/// Sum of 2^(16 - length) over the symbols: 2^16 for a complete code, less where codes stay free.
std::uint32_t kraft_sum(const CodeLengths& lengths) {
  std::uint32_t sum = 0;
  for (const int length : lengths) sum += length > 0 ? 1U << (beholder::kMaxCodeLength - length) : 0U;
  return sum;
}

/// The least total of count * length over all codes that leave one code of the greatest length free and have none above 16
/// bits: by dynamic programming over the tree's levels from the root. At each depth some of the open nodes become leaves,
/// the most frequent symbols first; the others have two children each.
std::uint64_t least_total(const SymbolCounts& counts) {
  std::vector<std::uint64_t> weights;
  for (const std::uint64_t count : counts) {
    if (count > 0) weights.push_back(count);
  }
  std::sort(weights.rbegin(), weights.rend());
  weights.push_back(0);  // the free code
  const std::size_t leaves = weights.size();
  constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();
  std::vector<std::uint64_t> left(leaves + 1, 0);  // weight of leaves n, n + 1, ...: each costs a bit more a level
  for (std::size_t n = leaves; n-- > 0;) left[n] = left[n + 1] + weights[n];
  // level[placed][open]: least total so far with `placed` leaves and `open` nodes at this depth, never more than are needed.
  using Level = std::vector<std::vector<std::uint64_t>>;
  const Level unreached(leaves + 1, std::vector<std::uint64_t>(leaves + 1, none));
  Level level = unreached;
  level[0][1] = 0;
  std::uint64_t best = none;
  for (int depth = 0; depth < beholder::kMaxCodeLength; ++depth) {
    Level next = unreached;
    for (std::size_t placed = 0; placed < leaves; ++placed) {
      for (std::size_t open = 1; open <= leaves; ++open) {
        if (level[placed][open] == none) continue;
        const std::uint64_t deeper = level[placed][open] + left[placed];
        // At the next depth each open node has two children, of which `taken` become leaves.
        const std::size_t nodes = std::min(2 * open, leaves - placed);
        if (placed + nodes == leaves) best = std::min(best, deeper);
        for (std::size_t taken = 0; taken < nodes; ++taken) {
          std::uint64_t& cost = next[placed + taken][nodes - taken];
          cost = std::min(cost, deeper);
        }
      }
    }
    level = std::move(next);
  }
  return best;
}

SymbolCounts draw_counts(std::mt19937& random, int symbols) {
  SymbolCounts counts{};
  const int shape = static_cast<int>(random() % 3);
  std::uint64_t a = 1;
  std::uint64_t b = 1;
  for (int n = 0; n < symbols; ++n) {
    const std::uint64_t fibonacci = a;
    a = std::exchange(b, a + b);  // the counts whose Huffman tree is deepest
    const std::uint64_t count = shape == 0 ? fibonacci : shape == 1 ? 1 + random() % 1000 : std::uint64_t{1} << n;
    counts[random() % beholder::kSymbols] = count;
  }
  return counts;
}

/// Codes of all lengths: many rare symbols behind a few frequent ones.
SymbolCounts draw_many(std::mt19937& random) {
  SymbolCounts counts{};
  for (std::uint64_t& count : counts) {
    const unsigned steepness = 1 + random() % 40;
    count = std::uint64_t{1} << random() % steepness;
  }
  return counts;
}

void check_lengths(const SymbolCounts& counts, int round) {
  const CodeLengths lengths = beholder::optimal_code_lengths(counts);
  for (int symbol = 0; symbol < beholder::kSymbols; ++symbol) {
    check((counts[symbol] > 0) == (lengths[symbol] > 0), "a code for what does not occur, or none for what does", round);
    check(lengths[symbol] <= beholder::kMaxCodeLength, "a code above 16 bits", round);
  }
  const bool empty = std::all_of(counts.begin(), counts.end(), [](std::uint64_t count) { return count == 0; });
  const int longest = *std::max_element(lengths.begin(), lengths.end());
  const std::uint32_t free_code = empty ? 0U : 1U << (beholder::kMaxCodeLength - longest);
  check(kraft_sum(lengths) + free_code == (empty ? 0U : 1U << beholder::kMaxCodeLength),
        "not exactly one code is left free", round);
}

/// Writes symbols, padding and a marker, and reads them back.
void check_round_trip(std::mt19937& random, const SymbolCounts& counts, int round) {
  const HuffmanTable table = beholder::huffman_table(beholder::optimal_code_lengths(counts));
  const beholder::HuffmanCode code = beholder::canonical_code(table);
  std::set<std::pair<int, int>> distinct;
  for (const int symbol : table.symbols) {
    const int length = code.lengths[symbol];
    check(distinct.insert({length, code.bits[symbol]}).second, "two symbols have one code", round);
    check(code.bits[symbol] != (1 << length) - 1, "a code of ones alone", round);
  }
  std::vector<int> symbols(400);
  beholder::BitWriter writer;
  for (int& symbol : symbols) {
    symbol = table.symbols[random() % table.symbols.size()];
    writer.put(code.bits[symbol], code.lengths[symbol]);
  }
  std::vector<std::uint8_t> file = writer.finish();
  file.insert(file.end(), {0xFF, 0xD9});
  beholder::EntropyInterval interval;
  interval.load(file, 0);
  beholder::BitReader reader(interval);
  const beholder::HuffmanDecoder decoder(table);
  for (const int symbol : symbols) {
    reader.refill();
    check(decoder.decode(reader) == symbol, "another symbol is decoded", round);
  }
  check(!reader.overrun() && reader.left_bits() < 8, "more or fewer bits are read than written", round);
  // The padding of ones is never a whole code: what is left of a code of ones is none.
  const std::vector<std::uint8_t> ones{0xFF, 0x00, 0xFF, 0x00, 0xFF, 0x00, 0xFF, 0xD9};
  interval.load(ones, 0);
  beholder::BitReader at_ones(interval);
  at_ones.refill();
  check(decoder.decode(at_ones) == beholder::HuffmanDecoder::kInvalid, "ones alone are decoded", round);
}

template <class Use>
bool is_refused(const Use& use) {
  try {
    use();
  } catch (const beholder::Error&) {
    return true;
  }
  return false;
}

HuffmanTable table_of(std::vector<std::uint8_t> counts, int symbols) {
  HuffmanTable table;
  std::copy(counts.begin(), counts.end(), table.counts.begin());
  table.symbols.resize(static_cast<std::size_t>(symbols));
  std::iota(table.symbols.begin(), table.symbols.end(), std::uint8_t{0});
  return table;
}

void check_damaged_tables() {
  struct Case {
    const char* name;
    HuffmanTable table;
    bool decodes;   // a decoder takes it
    bool is_code;  // canonical_code, which is also strict about symbols without a code, takes it
  };
  const std::vector<Case> cases{
      {"three codes of one bit", table_of({3}, 3), false, false},
      {"a third code behind two of one bit", table_of({2, 1}, 3), false, false},
      {"more lengths than symbols", table_of({1, 1}, 1), false, false},
      {"more symbols than lengths", table_of({1}, 3), true, false},
      {"no code", table_of({}, 0), true, true},
      {"every code of one bit", table_of({2}, 2), true, true},  // the code of ones too: files have it, decoders take it
      {"255 codes of 8 bits", table_of({0, 0, 0, 0, 0, 0, 0, 255}, 255), true, true},
      {"a code of 16 bits alone", table_of({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 1), true, true},
  };
  check(is_refused([] { beholder::HuffmanDecoder decoder(table_of({1}, 257)); }), "257 symbols");
  for (const Case& each : cases) {
    const bool decoder_refuses = is_refused([&] { beholder::HuffmanDecoder decoder(each.table); });
    const bool code_refuses = is_refused([&] { static_cast<void>(beholder::canonical_code(each.table)); });
    check(decoder_refuses == !each.decodes, each.name);
    check(code_refuses == !each.is_code, each.name);
  }
}

void check_standard_tables() {
  for (int table_class = 0; table_class < 2; ++table_class) {
    for (int index = 0; index < 2; ++index) {
      const HuffmanTable& table = beholder::standard_huffman_table(table_class, index);
      const std::set<int> symbols(table.symbols.begin(), table.symbols.end());
      std::set<int> expected;
      for (int size = 0; size < 12 && table_class == 0; ++size) expected.insert(size);
      for (int run = 0; run < 16 && table_class == 1; ++run) {
        for (int size = 1; size <= 10; ++size) expected.insert(run << 4 | size);
      }
      if (table_class == 1) expected.insert({0x00, 0xF0});
      check(symbols == expected && symbols.size() == table.symbols.size(), "a standard table has other symbols");
      const beholder::HuffmanCode code = beholder::canonical_code(table);
      // Table K.5 and K.6 give these codes for the end of a block; K.3 and K.4 for a difference of 0.
      const int first = table_class == 0 ? 0b00 : (index == 0 ? 0b1010 : 0b00);
      check(code.bits[0] == first && code.lengths[0] == (table_class == 1 && index == 0 ? 4 : 2), "a standard code");
    }
  }
}

}  // namespace

int main() {
  std::mt19937 random(31);
  check_lengths({}, -1);
  for (int round = 0; round < 300; ++round) {
    const SymbolCounts counts = draw_counts(random, 1 + static_cast<int>(random() % 40));
    check_lengths(counts, round);
    check(beholder::coded_bits(counts, beholder::optimal_code_lengths(counts)) == least_total(counts),
          "a code of another total than the least", round);
    check_round_trip(random, counts, round);
    const SymbolCounts many = draw_many(random);
    check_lengths(many, round);
    check_round_trip(random, many, round);
  }
  check_damaged_tables();
  check_standard_tables();
  return failures > 0 ? 1 : 0;
}
