// The Huffman tables of T.81 Annex K.3, which decoders take for a sequential file that brings none (Motion JPEG).
#pragma once

#include "beholder/huffman.hpp"

namespace beholder {

/// The table of a class (0 DC, 1 AC) for luma (index 0) or chroma (index 1).
[[nodiscard]] const HuffmanTable& standard_huffman_table(int table_class, int index);

}  // namespace beholder
