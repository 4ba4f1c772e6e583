// The frame header of a file (SOF segment, T.81 B.2.2).
#pragma once

#include <cstdint>
#include <vector>

#include "bitstream/byte_cursor.hpp"
#include "picture/level_image.hpp"

namespace beholder {

struct FrameHeader {
  LevelImage image;                // sizes, sampling and table indices; planes are not laid out
  std::vector<int> component_ids;  // as the file says; those of the planes are unique
  bool unique_ids = true;
};

/// Reads what follows the segment's length. Components that share an identifier, as faulty encoders write them, get the
/// identifiers 1, 2, ... in the image. Throws Error for a header of another length, sizes of 0, more pixels than
/// `max_pixels`, and whatever else 8-bit JPEG does not hold.
[[nodiscard]] FrameHeader read_frame_header(ByteCursor segment, std::uint64_t max_pixels);

}  // namespace beholder
