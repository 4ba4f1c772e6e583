// First AC scans of one component for several spectral splits at once: one pass where count_ac_first takes two a split.
#pragma once

#include <span>
#include <vector>

#include "bitstream/huffman.hpp"
#include "bitstream/significance.hpp"

namespace beholder {

/// Symbols of the bands 1..split and split + 1..63.
struct SplitCounts {
  SymbolCounts lower{};
  SymbolCounts upper{};
};

struct FirstScanCounts {
  SymbolCounts whole{};             // the band 1..63
  std::vector<SplitCounts> splits;  // in the order asked for
};

/// The counts that count_ac_first gives for the whole band and the two bands of each split, at point transform `al`.
/// `splits` are ascending last positions of the lower band, each 1..62.
[[nodiscard]] FirstScanCounts count_first_scans(SignificanceMasks& masks, int component, int al,
                                                std::span<const int> splits);

}  // namespace beholder
