// Arguments that several bindings take.
#pragma once

#include <string>

#include "bitstream/scan_script.hpp"
#include "platform/error.hpp"

namespace beholder {

inline ScanMode parse_mode(const std::string& mode) {
  if (mode == "sequential") return ScanMode::sequential;
  if (mode == "progressive") return ScanMode::progressive;
  if (mode == "smallest") return ScanMode::smallest;
  throw Error("scan mode '" + mode + "'; 'sequential', 'progressive' and 'smallest' exist");
}

/// Throws Error for a number below 1. There is no largest one: `parallel_for` starts no more than are of use.
inline void check_threads(int threads) {
  if (threads < 1) throw Error("threads must be 1 or more, got " + std::to_string(threads));
}

}  // namespace beholder
