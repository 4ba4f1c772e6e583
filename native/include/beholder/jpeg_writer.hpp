// A complete JPEG file from a LevelImage.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "beholder/level_image.hpp"
#include "beholder/scan_script.hpp"
#include "beholder/significance.hpp"

namespace beholder {

/// An APPn or COM segment.
struct MarkerSegment {
  std::uint8_t marker = 0;            // 0xE0..0xEF (APPn) or 0xFE (COM)
  std::vector<std::uint8_t> payload;  // without marker and length, at most 65533 bytes
  bool operator==(const MarkerSegment&) const = default;
};

enum class ScanMode { sequential, progressive, smallest };

/// Pixel density of a JFIF header.
struct Density {
  int unit = 0;  // 0 aspect ratio, 1 dots an inch, 2 dots a centimetre
  int x = 1;     // 1..65535
  int y = 1;
  bool operator==(const Density&) const = default;
};

struct WriteOptions {
  ScanMode mode = ScanMode::smallest;
  ScanScript script;                        // not empty: this script, and its kind decides instead of the mode
  Coverage coverage = Coverage::whole;      // of that script
  std::vector<MarkerSegment> segments;      // to stand after the JFIF header, in this order
  std::optional<Density> density = Density{};  // nothing: no JFIF header
  std::optional<int> adobe_transform;       // Adobe APP14: 0 RGB or CMYK, 1 YCbCr, 2 YCCK; nothing: no such segment
};

/// The file. Throws Error for an image that 8-bit JPEG cannot hold, a wrong script or malformed segments.
[[nodiscard]] std::vector<std::uint8_t> write_jpeg(const LevelImage& image, const WriteOptions& options);

/// The same from masks that a script search has filled already.
[[nodiscard]] std::vector<std::uint8_t> write_jpeg(SignificanceMasks& masks, const WriteOptions& options);

}  // namespace beholder
