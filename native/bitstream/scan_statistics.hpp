// What a scan costs, exactly, from symbol counts alone: nothing is emitted.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bitstream/huffman.hpp"
#include "bitstream/scan_script.hpp"
#include "bitstream/significance.hpp"
#include "picture/level_image.hpp"

namespace beholder {

/// Symbols of one scan. A sequential scan fills dc and ac, a progressive one that of its band; a DC refinement none.
struct ScanStatistics {
  std::vector<SymbolCounts> dc;     // one a component of the scan, or empty
  std::vector<SymbolCounts> ac;     // one a component of the scan, or empty
  std::uint64_t plain_bits = 0;     // bits that belong to no symbol: DC refinement, correction bits
};

/// Counts the symbols of a scan. Throws Error for a DC difference that 8-bit JPEG cannot code.
[[nodiscard]] ScanStatistics gather_statistics(SignificanceMasks& masks, const Scan& scan);

/// Tables of one class (DC or AC) shared by the components of a scan so that the bytes are least.
struct TableAssignment {
  std::vector<int> table_of_component;
  std::vector<SymbolCounts> counts;  // one a table
  std::uint64_t cost_bits = 0;       // tables and coded symbols, without appended bits
};

/// Merges the tables of components while that saves bits or more than `max_tables` are left.
[[nodiscard]] TableAssignment assign_tables(std::span<const SymbolCounts> counts, int max_tables);

/// Tables of each class that a scan may use: 2 in a baseline frame, 4 in a progressive one (T.81 B.2.4.2).
[[nodiscard]] int max_tables_of(const Scan& scan);

/// Bytes of the scan in the file: DHT, SOS and entropy-coded data, without stuffed bytes (about one in 500).
[[nodiscard]] std::uint64_t scan_size_bytes(const ScanStatistics& statistics, const Scan& scan);

}  // namespace beholder
