#include "bitstream/progressive.hpp"

#include <array>
#include <bit>
#include <cstdlib>

#include "bitstream/end_of_band_run.hpp"
#include "bitstream/symbols.hpp"
#include "picture/frame.hpp"

namespace beholder {
namespace {

/// Bits ss..se set.
std::uint64_t band_mask(int ss, int se) {
  return (~std::uint64_t{0} << ss) & (~std::uint64_t{0} >> (kBlockSize - 1 - se));
}

/// Bits strictly between two positions, low < high.
std::uint64_t between_mask(int low, int high) {
  return ((std::uint64_t{1} << high) - 1) & ~((std::uint64_t{2} << low) - 1);
}

/// Correction bits that wait for the symbol they follow.
class CorrectionBits {
 public:
  void append(bool bit) { bits_.push_back(bit ? 1 : 0); }

  void append(const CorrectionBits& other) { bits_.insert(bits_.end(), other.bits_.begin(), other.bits_.end()); }

  void write(BitWriter& writer) {
    for (const std::uint8_t bit : bits_) writer.put(bit, 1);
    bits_.clear();
  }

  void clear() { bits_.clear(); }

 private:
  std::vector<std::uint8_t> bits_;
};

int shifted_level(std::int16_t level, int al) {
  const int magnitude = std::abs(static_cast<int>(level)) >> al;
  return level < 0 ? -magnitude : magnitude;
}

}  // namespace

SymbolCounts count_dc_first(const LevelImage& image, int component, int al, bool interleaved) {
  const Plane& plane = image.planes[component];
  SymbolCounts counts{};
  int previous = 0;
  const auto count = [&](int row, int column) {
    const int dc = plane.block(row, column)[0] >> al;
    ++counts[magnitude_category(dc - previous)];
    previous = dc;
  };
  if (interleaved) {
    for_each_block_by_mcu(plane, count);
  } else {
    const std::array<int, 1> alone{component};
    for_each_block(image, alone, [&](int, int row, int column) { count(row, column); });
  }
  return counts;
}

void write_dc_first(const LevelImage& image, std::span<const int> components, int al,
                    std::span<const HuffmanCode* const> codes, BitWriter& writer) {
  std::array<int, kMaxComponents> previous{};
  for_each_block(image, components, [&](int slot, int row, int column) {
    const int dc = image.planes[components[slot]].block(row, column)[0] >> al;
    const int difference = dc - previous[slot];
    previous[slot] = dc;
    write_level(0, difference, *codes[slot], writer);
  });
}

std::uint64_t count_dc_refine_bits(const LevelImage& image, std::span<const int> components) {
  std::uint64_t blocks = 0;
  for (const int component : components) {
    const Plane& plane = image.planes[component];
    blocks += components.size() == 1 ? std::uint64_t{1} * plane.blocks_wide * plane.blocks_high
                                     : std::uint64_t{1} * plane.stored_wide * plane.stored_high;
  }
  return blocks;
}

void write_dc_refine(const LevelImage& image, std::span<const int> components, int al, BitWriter& writer) {
  for_each_block(image, components, [&](int slot, int row, int column) {
    writer.put((image.planes[components[slot]].block(row, column)[0] >> al) & 1, 1);
  });
}

SymbolCounts count_ac_first(SignificanceMasks& masks, const Band& band) {
  const Plane& plane = masks.image().planes[band.component];
  const std::span<const std::uint64_t> significant = masks.of(band.component, band.al);
  const std::uint64_t in_band = band_mask(band.ss, band.se);
  SymbolCounts counts{};
  EndOfBandRun run;
  for_each_picture_block(plane, [&](std::size_t index) {
    std::uint64_t mask = significant[index] & in_band;
    int previous = band.ss - 1;
    if (mask != 0) {
      run.count(counts);
      const std::int16_t* block = plane.levels.data() + index * kBlockSize;
      for (; mask != 0; mask &= mask - 1) {
        const int position = std::countr_zero(mask);
        count_level(counts, position - previous - 1, magnitude_category(block[position]) - band.al);
        previous = position;
      }
    }
    if (previous != band.se && run.extend()) run.count(counts);
  });
  run.count(counts);
  return counts;
}

void write_ac_first(SignificanceMasks& masks, const Band& band, const HuffmanCode& code, BitWriter& writer) {
  const Plane& plane = masks.image().planes[band.component];
  const std::span<const std::uint64_t> significant = masks.of(band.component, band.al);
  const std::uint64_t in_band = band_mask(band.ss, band.se);
  EndOfBandRun run;
  for_each_picture_block(plane, [&](std::size_t index) {
    const std::int16_t* block = plane.levels.data() + index * kBlockSize;
    std::uint64_t mask = significant[index] & in_band;
    if (mask != 0) run.write(code, writer);
    int previous = band.ss - 1;
    for (; mask != 0; mask &= mask - 1) {
      const int position = std::countr_zero(mask);
      write_level(position - previous - 1, shifted_level(block[position], band.al), code, writer);
      previous = position;
    }
    if (previous != band.se && run.extend()) run.write(code, writer);
  });
  run.write(code, writer);
}

RefinementCounts count_ac_refine(SignificanceMasks& masks, const Band& band) {
  const Plane& plane = masks.image().planes[band.component];
  const std::span<const std::uint64_t> significant = masks.of(band.component, band.al);
  const std::span<const std::uint64_t> before = masks.of(band.component, band.al + 1);
  const std::uint64_t in_band = band_mask(band.ss, band.se);
  RefinementCounts counts;
  EndOfBandRun run;
  for_each_picture_block(plane, [&](std::size_t index) {
    const std::uint64_t history = before[index] & in_band;
    std::uint64_t mask = significant[index] & in_band & ~history;
    // Each level that was significant before gets one correction bit, wherever it stands.
    if (history != 0) counts.correction_bits += std::popcount(history);
    int previous = band.ss - 1;
    if (mask != 0) {
      run.count(counts.symbols);
      for (; mask != 0; mask &= mask - 1) {
        const int position = std::countr_zero(mask);
        int zeros = position - previous - 1;
        // Runs skip levels that were significant before.
        if (history != 0 && zeros > 0) zeros -= std::popcount(history & between_mask(previous, position));
        count_level(counts.symbols, zeros, 1);
        previous = position;
      }
    }
    if (previous != band.se && run.extend()) run.count(counts.symbols);
  });
  run.count(counts.symbols);
  return counts;
}

void write_ac_refine(SignificanceMasks& masks, const Band& band, const HuffmanCode& code, BitWriter& writer) {
  const Plane& plane = masks.image().planes[band.component];
  const std::span<const std::uint64_t> significant = masks.of(band.component, band.al);
  const std::span<const std::uint64_t> before = masks.of(band.component, band.al + 1);
  const std::uint64_t in_band = band_mask(band.ss, band.se);
  EndOfBandRun run;
  CorrectionBits run_corrections;    // of the blocks in the run
  CorrectionBits block_corrections;  // since the last symbol of this block
  const auto flush_run = [&] {
    run.write(code, writer);
    run_corrections.write(writer);
  };
  for_each_picture_block(plane, [&](std::size_t index) {
    const std::int16_t* block = plane.levels.data() + index * kBlockSize;
    const std::uint64_t history = before[index] & in_band;
    const std::uint64_t fresh = significant[index] & in_band & ~history;
    const int last_fresh = 63 - std::countl_zero(fresh);  // -1: the block has none
    int previous = band.ss - 1;
    int zeros = 0;
    for (std::uint64_t mask = history | fresh; mask != 0; mask &= mask - 1) {
      const int position = std::countr_zero(mask);
      zeros += position - previous - 1;
      previous = position;
      for (; zeros > 15 && position <= last_fresh; zeros -= 16) {
        flush_run();
        writer.put(code.bits[kZeroRun], code.lengths[kZeroRun]);
        block_corrections.write(writer);
      }
      const int level = block[position];
      if ((history >> position & 1) != 0) {
        block_corrections.append((std::abs(level) >> band.al & 1) != 0);
        continue;
      }
      flush_run();
      const int symbol = zeros << 4 | 1;
      writer.put(std::uint64_t{code.bits[symbol]} << 1 | (level > 0 ? 1 : 0), code.lengths[symbol] + 1);
      block_corrections.write(writer);
      zeros = 0;
    }
    if (last_fresh == band.se) return;
    run_corrections.append(block_corrections);
    block_corrections.clear();
    if (run.extend()) flush_run();
  });
  flush_run();
}

}  // namespace beholder
