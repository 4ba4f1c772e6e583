// Search for the scan script of least size, from symbol counts.
#pragma once

#include <cstdint>

#include "beholder/scan_script.hpp"
#include "beholder/significance.hpp"

namespace beholder {

struct ScriptChoice {
  ScanScript script;
  std::uint64_t size_bytes = 0;  // of all scans with their tables, without stuffed bytes and file header
};

/// The best way to group components into sequential scans.
[[nodiscard]] ScriptChoice search_sequential_script(SignificanceMasks& masks);

/// The best progressive script: spectral splits and successive approximation of AC by component, DC interleaved or not.
/// Successive approximation of DC is not tried: on the 24 Kodak pictures at libjpeg qualities 20 to 100 it never paid.
[[nodiscard]] ScriptChoice search_progressive_script(SignificanceMasks& masks);

/// The smaller of both.
[[nodiscard]] ScriptChoice search_scan_script(SignificanceMasks& masks);

/// Size of a given script.
[[nodiscard]] std::uint64_t script_size_bytes(SignificanceMasks& masks, const ScanScript& script);

}  // namespace beholder
