// Segments that carry neither tables nor scans: APPn and COM, and what JFIF's and Adobe's say.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "bitstream/color_space.hpp"

namespace beholder {

/// An APPn or COM segment.
struct MarkerSegment {
  std::uint8_t marker = 0;            // 0xE0..0xEF (APPn) or 0xFE (COM)
  std::vector<std::uint8_t> payload;  // without marker and length, at most 65533 bytes
  bool operator==(const MarkerSegment&) const = default;
};

/// Pixel density of a JFIF header.
struct Density {
  int unit = 0;  // 0 aspect ratio, 1 dots an inch, 2 dots a centimetre
  int x = 1;     // 1..65535
  int y = 1;
  bool operator==(const Density&) const = default;
};

[[nodiscard]] bool is_application(int code);

/// Whether a segment is JFIF's or Adobe's, as libjpeg tells (see ColorHeaders).
[[nodiscard]] bool is_jfif(int code, std::span<const std::uint8_t> payload);
[[nodiscard]] bool is_adobe(int code, std::span<const std::uint8_t> payload);

/// The density that a JFIF segment states, or 1 x 1 without unit where it states none that can be.
[[nodiscard]] Density jfif_density(std::span<const std::uint8_t> payload);

/// The segments to write: JFIF's, those of `segments`, Adobe's. Throws Error for values that they cannot hold, and for
/// segments other than APPn and COM.
[[nodiscard]] std::vector<MarkerSegment> metadata_segments(const std::optional<Density>& density,
                                                           const std::vector<MarkerSegment>& segments,
                                                           std::optional<int> adobe_transform);

}  // namespace beholder
