#include "bitstream/frame_header.hpp"

#include <algorithm>
#include <string>

#include "picture/frame.hpp"
#include "platform/error.hpp"

namespace beholder {
namespace {

Plane read_component(ByteCursor& segment) {
  Plane plane;
  plane.id = segment.u8();
  const int sampling = segment.u8();
  plane.horizontal_sampling = sampling >> 4;
  plane.vertical_sampling = sampling & 15;
  plane.quant_index = segment.u8();
  if (plane.quant_index > 3) {
    throw Error("component " + std::to_string(plane.id) + " names quantisation table " +
                std::to_string(plane.quant_index) + "; 0 to 3 exist");
  }
  return plane;
}

/// Decoders (libjpeg, jdsample.c) repeat samples a whole number of times, or refuse the file.
void check_whole_ratios(const LevelImage& image) {
  const auto [widest, tallest] = largest_sampling(image.planes);
  for (const Plane& plane : image.planes) {
    const int h = plane.horizontal_sampling;
    const int v = plane.vertical_sampling;
    if (h == 0 || v == 0 || (widest % h == 0 && tallest % v == 0)) continue;  // 0: told where planes are laid out
    throw Error("component " + std::to_string(plane.id) + ": sampling factors " + std::to_string(h) + " x " +
                std::to_string(v) + " beside " + std::to_string(widest) + " x " + std::to_string(tallest) +
                ", which decoders do not show");
  }
}

}  // namespace

FrameHeader read_frame_header(ByteCursor segment, std::uint64_t max_pixels) {
  const std::size_t length = segment.left() + 2;
  FrameHeader header;
  LevelImage& image = header.image;
  const int precision = segment.u8();
  if (precision != 8) throw Error(std::to_string(precision) + " bits a sample; only 8 are supported");
  image.height = segment.u16();
  image.width = segment.u16();
  if (image.height == 0) throw Error("frame height 0 (defined later by a DNL marker) is not supported");
  const std::uint64_t pixels = static_cast<std::uint64_t>(image.width) * image.height;
  if (pixels > max_pixels) {
    throw Error("picture of " + std::to_string(image.width) + " x " + std::to_string(image.height) +
                " pixels; the limit was set to " + std::to_string(max_pixels) + " pixels");
  }
  const int components = segment.u8();
  if (components < 1 || components > kMaxComponents) {
    throw Error(std::to_string(components) + " components; 1 to 4 are supported");
  }
  for (int i = 0; i < components; ++i) {
    image.planes.push_back(read_component(segment));
    const int id = image.planes.back().id;
    header.unique_ids &= std::find(header.component_ids.begin(), header.component_ids.end(), id) ==
                         header.component_ids.end();
    header.component_ids.push_back(id);
  }
  if (segment.left() > 0) {
    throw Error("frame header of " + std::to_string(length) + " bytes for " + std::to_string(components) +
                " components; it must have " + std::to_string(8 + 3 * components));
  }
  check_whole_ratios(image);
  for (int i = 0; i < components && !header.unique_ids; ++i) image.planes[i].id = i + 1;
  return header;
}

}  // namespace beholder
