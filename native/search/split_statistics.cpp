#include "search/split_statistics.hpp"

#include <array>
#include <bit>

#include "bitstream/end_of_band_run.hpp"
#include "bitstream/symbols.hpp"

namespace beholder {
namespace {

constexpr std::uint64_t kLastPosition = std::uint64_t{1} << (kBlockSize - 1);

// 32 bits suffice: a component has at most 2^26 blocks of 63 AC levels.
using Counts32 = std::array<std::uint32_t, kSymbols>;

void add(SymbolCounts& total, const Counts32& part) {
  for (int symbol = 0; symbol < kSymbols; ++symbol) total[symbol] += part[symbol];
}

/// Like count_level, `times` over.
[[gnu::always_inline]] inline void add_symbols(Counts32& counts, int zeros, int category, std::uint32_t times) {
  if (zeros > 15) counts[kZeroRun] += times * static_cast<std::uint32_t>(zeros >> 4);
  counts[(zeros & 15) << 4 | category] += times;
}

/// Accounts for the end of a band of one block.
[[gnu::always_inline]] inline void end_band(EndOfBandRun& run, SymbolCounts& counts, bool has_levels, bool ends_with_level) {
  if (has_levels) run.count(counts);
  if (!ends_with_level && run.extend()) run.count(counts);
}

/// Everything that is counted for one split.
struct Split {
  std::uint64_t lower_mask;  // positions 1..split
  std::uint64_t upper_mask;
  std::uint64_t last_bit;    // position split
  EndOfBandRun lower_run;
  EndOfBandRun upper_run;
  SplitCounts ends;          // end-of-band symbols
  // The first level of an upper band counts its zeros from the split on, not from the level before: the difference
  // that this makes to the upper band, which wraps below zero until the levels themselves are added.
  Counts32 crossing{};

  explicit Split(int position)
      : lower_mask((std::uint64_t{2} << position) - 2),
        upper_mask(~((std::uint64_t{2} << position) - 1)),
        last_bit(std::uint64_t{1} << position) {}

  [[gnu::always_inline]] void end_block(std::uint64_t levels) {
    end_band(lower_run, ends.lower, (levels & lower_mask) != 0, (levels & last_bit) != 0);
    end_band(upper_run, ends.upper, (levels & upper_mask) != 0, (levels & kLastPosition) != 0);
  }
};

class Counter {
 public:
  explicit Counter(std::span<const int> splits)
      : positions_(splits), splits_(splits.begin(), splits.end()), segments_(splits.size() + 1) {
    for (const int split : splits) {
      for (int position = split + 1; position < kBlockSize; ++position) ++segment_of_[position];
    }
  }

  /// Counts one block; bit i of `levels` says that the level at position i > 0 is significant at `al`.
  [[gnu::always_inline]] void add_block(const std::int16_t* block, std::uint64_t levels, int al) {
    int previous = 0;
    for (std::uint64_t mask = levels; mask != 0; mask &= mask - 1) {
      const int position = std::countr_zero(mask);
      add_level(previous, position, magnitude_category(block[position]) - al);
      previous = position;
    }
    end_band(run_, counts_.whole, levels != 0, (levels & kLastPosition) != 0);
    for (Split& split : splits_) split.end_block(levels);
  }

  [[nodiscard, gnu::always_inline]] FirstScanCounts finish() {
    run_.count(counts_.whole);
    for (const Counts32& segment : segments_) add(counts_.whole, segment);
    for (std::size_t i = 0; i < splits_.size(); ++i) {
      Split& split = splits_[i];
      split.lower_run.count(split.ends.lower);
      split.upper_run.count(split.ends.upper);
      for (std::size_t segment = 0; segment <= i; ++segment) add(split.ends.lower, segments_[segment]);
      // Summed in 32 bits, where the differences below zero wrap back.
      for (std::size_t segment = i + 1; segment < segments_.size(); ++segment) {
        for (int symbol = 0; symbol < kSymbols; ++symbol) split.crossing[symbol] += segments_[segment][symbol];
      }
      add(split.ends.upper, split.crossing);
      counts_.splits.push_back(split.ends);
    }
    return std::move(counts_);
  }

 private:
  /// `previous` is the position of the level before, 0 for none; no split is below 1.
  [[gnu::always_inline]] void add_level(int previous, int position, int category) {
    const int zeros = position - previous - 1;
    const int segment = segment_of_[position];
    add_symbols(segments_[segment], zeros, category, 1);
    for (int i = segment_of_[previous]; i < segment; ++i) {
      add_symbols(splits_[i].crossing, zeros, category, ~std::uint32_t{0});  // minus once
      add_symbols(splits_[i].crossing, position - positions_[i] - 1, category, 1);
    }
  }

  std::span<const int> positions_;                        // of the splits
  std::vector<Split> splits_;
  std::array<std::uint8_t, kBlockSize> segment_of_{};  // number of splits below a position
  std::vector<Counts32> segments_;                     // symbols of the whole band by segment
  FirstScanCounts counts_;
  EndOfBandRun run_;  // of the whole band
};

}  // namespace

FirstScanCounts count_first_scans(SignificanceMasks& masks, int component, int al, std::span<const int> splits) {
  const Plane& plane = masks.image().planes[component];
  const std::span<const std::uint64_t> significant = masks.of(component, al);
  Counter counter(splits);
  for_each_picture_block(plane, [&](std::size_t index) {
    counter.add_block(plane.levels.data() + index * kBlockSize, significant[index] & ~std::uint64_t{1}, al);
  });
  return counter.finish();
}

}  // namespace beholder
