// A complete JPEG file from levels.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bitstream/metadata_segments.hpp"
#include "bitstream/scan_script.hpp"
#include "bitstream/significance.hpp"

namespace beholder {

struct WriteOptions {
  Coverage coverage = Coverage::whole;      // of the script
  std::vector<MarkerSegment> segments;      // to stand after the JFIF header, in this order
  std::optional<Density> density = Density{};  // nothing: no JFIF header
  std::optional<int> adobe_transform;       // Adobe APP14: 0 RGB or CMYK, 1 YCbCr, 2 YCCK; nothing: no such segment
};

/// The file with the scans of `script`. Throws Error for a wrong script or malformed segments.
[[nodiscard]] std::vector<std::uint8_t> write_jpeg(SignificanceMasks& masks, const ScanScript& script,
                                                   const WriteOptions& options);

}  // namespace beholder
