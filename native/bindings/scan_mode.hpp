// The names of the kinds of file, shared by the bindings that take one.
#pragma once

#include <string>

#include "beholder/error.hpp"
#include "beholder/jpeg_writer.hpp"

namespace beholder {

inline ScanMode parse_mode(const std::string& mode) {
  if (mode == "sequential") return ScanMode::sequential;
  if (mode == "progressive") return ScanMode::progressive;
  if (mode == "smallest") return ScanMode::smallest;
  throw Error("scan mode '" + mode + "'; 'sequential', 'progressive' and 'smallest' exist");
}

}  // namespace beholder
