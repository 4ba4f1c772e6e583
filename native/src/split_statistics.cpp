#include "beholder/split_statistics.hpp"

#include <array>
#include <bit>

#include "beholder/end_of_band_run.hpp"
#include "beholder/magnitude.hpp"

namespace beholder {

namespace {

constexpr int kZeroRun16 = 0xF0;

// 32 bits suffice: a component has at most 2^26 blocks of 63 AC levels.
using Counts32 = std::array<std::uint32_t, kSymbols>;

/// Adds the symbols of one level, `zeros` behind the one before: minus them for `sign` -1.
void add_level(Counts32& counts, int zeros, int category, std::uint32_t sign) {
  if (zeros > 15) counts[kZeroRun16] += sign * static_cast<std::uint32_t>(zeros >> 4);
  counts[(zeros & 15) << 4 | category] += sign;
}

void add(SymbolCounts& total, const Counts32& part) {
  for (int symbol = 0; symbol < kSymbols; ++symbol) total[symbol] += part[symbol];
}

/// Accounts for the end of a band of one block.
void end_band(EndOfBandRun& run, SymbolCounts& counts, bool has_levels, bool ends_with_level) {
  if (has_levels) run.count(counts);
  if (!ends_with_level && run.extend()) run.count(counts);
}

/// Everything that is counted for one split.
struct Split {
  std::uint64_t lower_mask = 0;  // positions 1..split
  std::uint64_t upper_mask = 0;
  std::uint64_t last_bit = 0;    // position split
  EndOfBandRun lower_run;
  EndOfBandRun upper_run;
  SplitCounts ends;              // end-of-band symbols
  // The first level of an upper band counts its zeros from the split on, not from the level before: the difference
  // that this makes to the upper band, which wraps below zero until the levels themselves are added.
  Counts32 crossing{};
};

}  // namespace

FirstScanCounts count_first_scans(SignificanceMasks& masks, int component, int al, std::span<const int> splits) {
  const Plane& plane = masks.image().planes[component];
  const std::span<const std::uint64_t> significant = masks.of(component, al);
  constexpr std::uint64_t kLastPosition = std::uint64_t{1} << (kBlockSize - 1);

  std::vector<Split> states(splits.size());
  std::array<std::uint8_t, kBlockSize> segment_of{};  // number of splits below a position
  for (std::size_t i = 0; i < splits.size(); ++i) {
    states[i].last_bit = std::uint64_t{1} << splits[i];
    states[i].lower_mask = (states[i].last_bit << 1) - 2;
    states[i].upper_mask = ~((states[i].last_bit << 1) - 1);
    for (int position = splits[i] + 1; position < kBlockSize; ++position) ++segment_of[position];
  }
  std::vector<Counts32> segments(splits.size() + 1);  // symbols of the whole band by segment
  FirstScanCounts counts;
  EndOfBandRun whole_run;

  for (int row = 0; row < plane.blocks_high; ++row) {
    const std::size_t first = static_cast<std::size_t>(row) * plane.stored_wide;
    for (int column = 0; column < plane.blocks_wide; ++column) {
      const std::uint64_t levels = significant[first + column] & ~std::uint64_t{1};
      const std::int16_t* block = plane.block(row, column);
      int previous = 0;
      for (std::uint64_t mask = levels; mask != 0; mask &= mask - 1) {
        const int position = std::countr_zero(mask);
        const int category = magnitude_category(block[position]) - al;
        const int zeros = position - previous - 1;
        const int segment = segment_of[position];
        add_level(segments[segment], zeros, category, 1);
        // Splits between this level and the one before (position 0 for none; no split is below 1).
        for (int i = segment_of[previous]; i < segment; ++i) {
          add_level(states[i].crossing, zeros, category, ~std::uint32_t{0});
          add_level(states[i].crossing, position - splits[i] - 1, category, 1);
        }
        previous = position;
      }
      end_band(whole_run, counts.whole, levels != 0, (levels & kLastPosition) != 0);
      for (Split& split : states) {
        end_band(split.lower_run, split.ends.lower, (levels & split.lower_mask) != 0, (levels & split.last_bit) != 0);
        end_band(split.upper_run, split.ends.upper, (levels & split.upper_mask) != 0, (levels & kLastPosition) != 0);
      }
    }
  }

  whole_run.count(counts.whole);
  for (const Counts32& segment : segments) add(counts.whole, segment);
  for (std::size_t i = 0; i < states.size(); ++i) {
    Split& split = states[i];
    split.lower_run.count(split.ends.lower);
    split.upper_run.count(split.ends.upper);
    for (std::size_t segment = 0; segment <= i; ++segment) add(split.ends.lower, segments[segment]);
    // Summed in 32 bits, where the differences below zero wrap back.
    Counts32 upper = split.crossing;
    for (std::size_t segment = i + 1; segment < segments.size(); ++segment) {
      for (int symbol = 0; symbol < kSymbols; ++symbol) upper[symbol] += segments[segment][symbol];
    }
    add(split.ends.upper, upper);
    counts.splits.push_back(split.ends);
  }
  return counts;
}

}  // namespace beholder
