// Sequential Huffman scans (T.81 Annex F.1): symbol statistics and entropy-coded bits.
#pragma once

#include <span>

#include "bitstream/bit_writer.hpp"
#include "bitstream/huffman.hpp"
#include "bitstream/significance.hpp"

namespace beholder {

/// AC symbol counts of one component. The DC symbols are those of count_dc_first at point transform 0.
[[nodiscard]] SymbolCounts count_sequential_ac(SignificanceMasks& masks, int component);

/// AC symbol counts of the component's padding blocks, which only an interleaved scan codes.
[[nodiscard]] SymbolCounts count_padding_ac(SignificanceMasks& masks, int component);

/// Codes of one component in a scan.
struct SequentialCodes {
  const HuffmanCode* dc;
  const HuffmanCode* ac;
};

/// Emits the blocks of the scan. Every symbol that occurs must have a code.
void write_sequential(SignificanceMasks& masks, std::span<const int> components,
                      std::span<const SequentialCodes> codes, BitWriter& writer);

}  // namespace beholder
