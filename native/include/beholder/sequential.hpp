// Sequential Huffman scans (T.81 Annex F.1): symbol statistics and entropy-coded bits.
#pragma once

#include <span>
#include <vector>

#include "beholder/bit_writer.hpp"
#include "beholder/huffman.hpp"
#include "beholder/significance.hpp"

namespace beholder {

struct SequentialCounts {
  SymbolCounts dc{};
  SymbolCounts ac{};
};

/// Symbol counts of a scan of whole blocks, one pair a component; `components` index image.planes.
[[nodiscard]] std::vector<SequentialCounts> count_sequential(SignificanceMasks& masks,
                                                             std::span<const int> components);

/// Codes of one component in a scan.
struct SequentialCodes {
  const HuffmanCode* dc;
  const HuffmanCode* ac;
};

/// Emits the blocks of the scan. Every symbol that occurs must have a code.
void write_sequential(SignificanceMasks& masks, std::span<const int> components,
                      std::span<const SequentialCodes> codes, BitWriter& writer);

}  // namespace beholder
