#include "bitstream/metadata_segments.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "bitstream/markers.hpp"
#include "platform/error.hpp"

namespace beholder {
namespace {

constexpr std::size_t kMaxPayload = 65533;  // a segment's length field counts itself

bool starts_with(std::span<const std::uint8_t> payload, std::string_view text) {
  return payload.size() >= text.size() && std::equal(text.begin(), text.end(), payload.begin());
}

MarkerSegment jfif_segment(const Density& density) {
  if (density.unit < 0 || density.unit > 2 || density.x < 1 || density.x > 65535 || density.y < 1 || density.y > 65535) {
    throw Error("pixel density " + std::to_string(density.x) + " x " + std::to_string(density.y) + " with unit " +
                std::to_string(density.unit) + "; units are 0 to 2, densities 1 to 65535");
  }
  const auto high = [](int value) { return static_cast<std::uint8_t>(value >> 8); };
  const auto low = [](int value) { return static_cast<std::uint8_t>(value); };
  return {marker::app0, {'J', 'F', 'I', 'F', 0, 1, 1, low(density.unit), high(density.x), low(density.x),
                         high(density.y), low(density.y), 0, 0}};
}

MarkerSegment adobe_segment(int transform) {
  if (transform < 0 || transform > 2) {
    throw Error("Adobe transform " + std::to_string(transform) + "; 0 (none), 1 (YCbCr) and 2 (YCCK) exist");
  }
  return {marker::app14, {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, static_cast<std::uint8_t>(transform)}};
}

void check_segment(const MarkerSegment& segment) {
  if (!is_application(segment.marker) && segment.marker != marker::com) {
    throw Error("marker segment " + std::to_string(segment.marker) + ": only APP0 to APP15 (224 to 239) and COM (254) "
                "can be added");
  }
  if (segment.payload.size() > kMaxPayload) {
    throw Error("marker segment of " + std::to_string(segment.payload.size()) + " bytes; one holds at most 65533");
  }
}

}  // namespace

bool is_application(int code) { return code >= marker::app0 && code <= marker::app15; }

bool is_jfif(int code, std::span<const std::uint8_t> payload) {
  return code == marker::app0 && payload.size() >= 14 && starts_with(payload, std::string_view("JFIF\0", 5));
}

bool is_adobe(int code, std::span<const std::uint8_t> payload) {
  return code == marker::app14 && payload.size() >= 12 && starts_with(payload, "Adobe");
}

Density jfif_density(std::span<const std::uint8_t> payload) {
  const int x = payload[8] << 8 | payload[9];
  const int y = payload[10] << 8 | payload[11];
  return payload[7] <= 2 && x > 0 && y > 0 ? Density{payload[7], x, y} : Density{};
}

std::vector<MarkerSegment> metadata_segments(const std::optional<Density>& density,
                                             const std::vector<MarkerSegment>& segments,
                                             std::optional<int> adobe_transform) {
  std::vector<MarkerSegment> all;
  if (density) all.push_back(jfif_segment(*density));
  for (const MarkerSegment& segment : segments) {
    check_segment(segment);
    all.push_back(segment);
  }
  if (adobe_transform) all.push_back(adobe_segment(*adobe_transform));
  return all;
}

}  // namespace beholder
