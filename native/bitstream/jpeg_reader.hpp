// Levels, tables and metadata out of a JPEG file: baseline, extended sequential (8 bits) and progressive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bitstream/color_space.hpp"
#include "bitstream/metadata_segments.hpp"
#include "bitstream/scan_script.hpp"
#include "picture/level_image.hpp"

namespace beholder {

struct ReadLimits {
  std::uint64_t max_pixels = std::uint64_t{kMaxSide} * kMaxSide;
  int max_scans = 256;  // encoders write 1 to 20; each may cost a pass over the picture
};

/// What `inspect` shows of a scan.
struct ScanInfo {
  Scan scan;
  std::uint64_t table_bytes = 0;  // DHT segments since the scan before
  std::uint64_t data_bytes = 0;   // entropy-coded data with stuffed bytes and restart markers
};

struct JpegContents {
  LevelImage image;
  std::vector<MarkerSegment> segments;    // APPn and COM in order, without those that tell colours
  std::optional<Density> density;         // of a JFIF header
  ColorHeaders color_headers;
  ColorSpace color_space = ColorSpace::unknown;
  bool progressive = false;
  bool complete = true;                   // every coefficient is there to its last bit
  int restart_interval = 0;               // MCUs, the last one defined
  std::vector<ScanInfo> scans;
  std::size_t end = 0;                    // position behind EOI, or the size of the file without one
  bool has_eoi = false;
  std::vector<std::string> warnings;      // what decoders forgive, and what is missing from a picture that they show
};

/// Reads a file as libjpeg-turbo does, and warns of what it forgives: stray bytes between segments and behind the data
/// of a scan, segments shorter than their own length, restart markers out of order, a DNL marker, component identifiers
/// that are not unique, Huffman tables that are left out. Trailing bytes after EOI are ignored. A missing EOI is
/// accepted when every coefficient has been read to its last bit. Throws Error, with the byte position, for anything
/// else that is damaged, and for arithmetic, lossless, hierarchical and 12-bit files. Memory before the data has been
/// seen to suffice is bounded by the size of the file: 1 bit a block (progressive) or 2 (sequential) must be there.
[[nodiscard]] JpegContents read_levels(std::span<const std::uint8_t> file, const ReadLimits& limits = {});

}  // namespace beholder
