// The structure of files that are out of order.
#include "bitstream/marker_reader.hpp"

#include <cstdio>
#include <vector>

#include "platform/error.hpp"

namespace {

using Bytes = std::vector<std::uint8_t>;

struct Case {
  const char* name;
  Bytes file;
  std::vector<int> markers;           // of the segments
  std::vector<std::size_t> payloads;  // their sizes
  std::size_t end;
  bool has_eoi;
};

const std::vector<Case> kCases{
    {"nothing behind SOI", {0xFF, 0xD8}, {}, {}, 2, false},
    {"EOI alone", {0xFF, 0xD8, 0xFF, 0xD9}, {}, {}, 4, true},
    {"behind EOI", {0xFF, 0xD8, 0xFF, 0xD9, 1, 2, 0xFF, 0xE1, 0, 2}, {}, {}, 4, true},
    {"fill bytes", {0xFF, 0xD8, 0xFF, 0xFF, 0xFF, 0xFE, 0, 3, 7, 0xFF, 0xFF, 0xD9}, {0xFE}, {1}, 12, true},
    {"stray bytes", {0xFF, 0xD8, 1, 2, 0xFF, 0, 3, 0xFF, 0xE1, 0, 2, 9, 0xFF, 0xD9}, {0xE1}, {0}, 14, true},
    {"TEM and RST", {0xFF, 0xD8, 0xFF, 1, 0xFF, 0xD3, 0xFF, 0xE1, 0, 2, 0xFF, 0xD9}, {0xE1}, {0}, 12, true},
    {"length 0", {0xFF, 0xD8, 0xFF, 0xE5, 0, 0, 0xFF, 0xE6, 0, 1, 0xFF, 0xD9}, {0xE5, 0xE6}, {0, 0}, 12, true},
    {"cut off", {0xFF, 0xD8, 0xFF, 0xE1, 0, 2, 0xFF, 0xE2, 0, 9, 1}, {0xE1}, {0}, 11, false},
    {"cut off in its length", {0xFF, 0xD8, 0xFF, 0xE1, 0}, {}, {}, 5, false},
    {"0xFF at the end", {0xFF, 0xD8, 0xFF, 0xFF}, {}, {}, 4, false},
    {"stuffed data", {0xFF, 0xD8, 0xFF, 0xDA, 0, 2, 5, 0xFF, 0, 6, 0xFF, 0xD0, 7, 0xFF, 0xD9}, {0xDA}, {0}, 15, true},
};

bool is_right(const Case& expected) {
  const beholder::MarkerWalk walk = beholder::walk_markers(expected.file);
  if (walk.end != expected.end || walk.has_eoi != expected.has_eoi) return false;
  if (walk.segments.size() != expected.markers.size()) return false;
  for (std::size_t i = 0; i < walk.segments.size(); ++i) {
    const beholder::PlacedSegment& segment = walk.segments[i];
    if (segment.marker != expected.markers[i] || segment.payload.size() != expected.payloads[i]) return false;
    if (expected.file[segment.offset] != 0xFF || expected.file[segment.offset + 1] != segment.marker) return false;
  }
  return true;
}

bool is_refused(const Bytes& file) {
  try {
    static_cast<void>(beholder::walk_markers(file));
  } catch (const beholder::Error&) {
    return true;
  }
  return false;
}

}  // namespace

int main() {
  for (const Case& expected : kCases) {
    if (is_right(expected)) continue;
    std::fprintf(stderr, "%s: another structure\n", expected.name);
    return 1;
  }
  for (const Bytes& file : {Bytes{}, Bytes{0xFF}, Bytes{0xD8, 0xFF}, Bytes{0x89, 'P', 'N', 'G'}}) {
    if (!is_refused(file)) {
      std::fprintf(stderr, "a file without SOI is taken\n");
      return 1;
    }
  }
  return 0;
}
