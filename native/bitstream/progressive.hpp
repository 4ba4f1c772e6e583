// Progressive Huffman scans (T.81 Annex G.1): symbol statistics and entropy-coded bits of each of the four kinds.
#pragma once

#include <cstdint>
#include <span>

#include "bitstream/bit_writer.hpp"
#include "bitstream/huffman.hpp"
#include "bitstream/significance.hpp"

namespace beholder {

/// A band of one component at one point transform.
struct Band {
  int component;  // index into image.planes
  int ss;         // 1..63
  int se;
  int al;
};

/// Counts of the DC difference categories of one component at point transform al. `interleaved` says whether the scan
/// has other components too: the blocks then come in MCU order and include padding. Also serves sequential scans.
[[nodiscard]] SymbolCounts count_dc_first(const LevelImage& image, int component, int al, bool interleaved);

/// Emits a first DC scan, one code a component.
void write_dc_first(const LevelImage& image, std::span<const int> components, int al,
                    std::span<const HuffmanCode* const> codes, BitWriter& writer);

/// A DC refinement is one bit a block and needs no codes.
[[nodiscard]] std::uint64_t count_dc_refine_bits(const LevelImage& image, std::span<const int> components);
void write_dc_refine(const LevelImage& image, std::span<const int> components, int al, BitWriter& writer);

/// First scan of an AC band: run/size symbols and end-of-band runs.
[[nodiscard]] SymbolCounts count_ac_first(SignificanceMasks& masks, const Band& band);
void write_ac_first(SignificanceMasks& masks, const Band& band, const HuffmanCode& code, BitWriter& writer);

struct RefinementCounts {
  SymbolCounts symbols{};
  std::uint64_t correction_bits = 0;
};

/// Refinement of an AC band from point transform al + 1 to al.
[[nodiscard]] RefinementCounts count_ac_refine(SignificanceMasks& masks, const Band& band);
void write_ac_refine(SignificanceMasks& masks, const Band& band, const HuffmanCode& code, BitWriter& writer);

}  // namespace beholder
