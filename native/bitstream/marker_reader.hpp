// The marker segments of a JPEG file, found as libjpeg finds them (jdmarker.c), and nothing decoded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "bitstream/byte_cursor.hpp"

namespace beholder {

/// A segment as it stands in the file.
struct MarkerSegmentView {
  ByteCursor bytes;  // behind the length
  int length = 0;    // as the file says, itself included; below 2 there are no bytes
};

/// Steps from marker to marker. Never moves past the end of the file.
class MarkerReader {
 public:
  static constexpr int kEndOfFile = -1;

  /// Stands behind SOI. Throws Error for a file that does not begin with it.
  explicit MarkerReader(std::span<const std::uint8_t> file);

  /// The code of the next marker, behind which the reader then stands, or kEndOfFile. Passes over whatever is no
  /// marker: stray bytes, stuffed zeros behind 0xFF, and fill bytes.
  [[nodiscard]] int next();

  /// The segment of the marker that was just read, behind which the reader then stands; nothing where the end of the
  /// file cuts it off.
  [[nodiscard]] std::optional<MarkerSegmentView> segment();

  /// Bytes before the marker that was just read that belong to nothing; fill bytes are not among them.
  [[nodiscard]] std::size_t stray_bytes() const { return stray_bytes_; }
  /// Of the 0xFF of the marker that was just read, or of the first fill byte before it.
  [[nodiscard]] std::size_t marker_position() const { return marker_position_; }
  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] std::span<const std::uint8_t> file() const { return file_; }
  void move_to(std::size_t position) { position_ = position; }

 private:
  std::span<const std::uint8_t> file_;
  std::size_t position_ = 0;
  std::size_t marker_position_ = 0;
  std::size_t stray_bytes_ = 0;
};

/// True for markers that no segment follows: TEM, RSTn, SOI, EOI.
[[nodiscard]] bool stands_alone(int code);

struct PlacedSegment {
  std::uint8_t marker = 0;
  std::size_t offset = 0;             // of the 0xFF right before the marker code, behind fill bytes
  std::vector<std::uint8_t> payload;  // without marker and length
};

struct MarkerWalk {
  std::vector<PlacedSegment> segments;  // in order, up to EOI; behind an SOS lie those between scans
  std::size_t end = 0;                  // position behind EOI, or the size of the file without one
  bool has_eoi = false;
};

/// All segments of a file. Entropy-coded data and stray bytes are passed over; a segment that the end of the file
/// cuts off ends the walk. Throws Error for a file that does not begin with SOI.
[[nodiscard]] MarkerWalk walk_markers(std::span<const std::uint8_t> file);

}  // namespace beholder
