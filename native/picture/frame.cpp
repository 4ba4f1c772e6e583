#include "picture/frame.hpp"

#include <algorithm>
#include <string>

#include "platform/error.hpp"

namespace beholder {
namespace {

void check_size_and_sampling(const LevelImage& image) {
  if (image.width < 1 || image.height < 1 || image.width > kMaxSide || image.height > kMaxSide) {
    throw Error("picture of " + std::to_string(image.width) + " x " + std::to_string(image.height) +
                " pixels; JPEG holds 1 to 65535 a side");
  }
  if (image.planes.empty() || image.planes.size() > kMaxComponents) {
    throw Error(std::to_string(image.planes.size()) + " components; 1 to 4 are supported");
  }
  for (const Plane& plane : image.planes) {
    if (plane.horizontal_sampling < 1 || plane.horizontal_sampling > 4 || plane.vertical_sampling < 1 ||
        plane.vertical_sampling > 4) {
      throw Error("component " + std::to_string(plane.id) + ": sampling factors " +
                  std::to_string(plane.horizontal_sampling) + " x " + std::to_string(plane.vertical_sampling) +
                  "; each must be 1 to 4");
    }
  }
}

/// The geometry that the picture's size gives a plane, with whole MCUs.
PlaneGeometry padded_geometry(const LevelImage& image, const Plane& plane) {
  PlaneGeometry geometry = plane;
  geometry.lay_out(image.width, image.height, largest_sampling(image.planes));
  return geometry;
}

}  // namespace

McuGrid interleaved_mcus(const LevelImage& image) {
  const Sampling largest = largest_sampling(image.planes);
  return {divide_up(image.width, 8 * largest.horizontal), divide_up(image.height, 8 * largest.vertical)};
}

void lay_out_planes(LevelImage& image) {
  check_size_and_sampling(image);
  for (Plane& plane : image.planes) {
    static_cast<PlaneGeometry&>(plane) = padded_geometry(image, plane);
    if (image.planes.size() == 1) {
      plane.stored_wide = plane.blocks_wide;
      plane.stored_high = plane.blocks_high;
    }
    plane.levels.assign(plane.block_count() * kBlockSize, 0);
  }
}

void fill_padding(Plane& plane) {
  const int h = plane.horizontal_sampling;
  for (int row = 0; row < plane.stored_high; ++row) {
    const bool below = row >= plane.blocks_high;
    for (int column = below ? 0 : plane.blocks_wide; column < plane.stored_wide; ++column) {
      // Coding order within an MCU is row by row: before its first column comes the last one of the row above.
      const std::int16_t* before =
          column % h != 0 ? plane.block(row, column - 1) : plane.block(row - 1, column + h - 1);
      std::int16_t* block = plane.block(row, column);
      const std::int16_t dc = before[0];
      std::fill(block, block + kBlockSize, std::int16_t{0});
      block[0] = dc;
    }
  }
}

std::uint64_t count_blocks(const LevelImage& image) {
  check_size_and_sampling(image);
  std::uint64_t total = 0;
  for (const Plane& plane : image.planes) {
    const PlaneGeometry needed = padded_geometry(image, plane);
    total += static_cast<std::uint64_t>(needed.blocks_wide) * needed.blocks_high;
  }
  return total;
}

void check_frame(const LevelImage& image) {
  check_size_and_sampling(image);
  for (std::size_t i = 0; i < image.planes.size(); ++i) {
    const Plane& plane = image.planes[i];
    const std::string name = "component " + std::to_string(plane.id) + ": ";
    if (plane.id < 0 || plane.id > 255) throw Error(name + "the identifier must be 0 to 255");
    for (std::size_t j = 0; j < i; ++j) {
      if (image.planes[j].id == plane.id) throw Error(name + "two components have this identifier");
    }
    if (plane.quant_index < 0 || plane.quant_index > 3) {
      throw Error(name + "quantisation table " + std::to_string(plane.quant_index) + "; 0 to 3 exist");
    }
    const QuantTable& table = image.quant_tables[plane.quant_index];
    if (std::find(table.begin(), table.end(), 0) != table.end()) {
      throw Error(name + "its quantisation table has a step of 0; steps are 1 to 65535");
    }
    const PlaneGeometry needed = padded_geometry(image, plane);
    if (plane.blocks_wide != needed.blocks_wide || plane.blocks_high != needed.blocks_high) {
      throw Error(name + std::to_string(plane.blocks_wide) + " x " + std::to_string(plane.blocks_high) +
                  " blocks; this picture needs " + std::to_string(needed.blocks_wide) + " x " +
                  std::to_string(needed.blocks_high));
    }
    if ((plane.stored_wide != needed.blocks_wide && plane.stored_wide != needed.stored_wide) ||
        (plane.stored_high != needed.blocks_high && plane.stored_high != needed.stored_high)) {
      throw Error(name + std::to_string(plane.stored_wide) + " x " + std::to_string(plane.stored_high) +
                  " stored blocks; " + std::to_string(needed.stored_wide) + " x " +
                  std::to_string(needed.stored_high) + " are needed, or the unpadded number of blocks");
    }
    if (plane.levels.size() != plane.block_count() * kBlockSize) {
      throw Error(name + std::to_string(plane.levels.size()) + " levels; 64 a stored block are needed");
    }
  }
}

bool can_interleave(const LevelImage& image, std::span<const int> components) {
  const McuGrid grid = interleaved_mcus(image);
  int blocks = 0;
  for (const int component : components) {
    const Plane& plane = image.planes[component];
    if (plane.stored_wide != grid.wide * plane.horizontal_sampling) return false;
    if (plane.stored_high != grid.high * plane.vertical_sampling) return false;
    blocks += plane.horizontal_sampling * plane.vertical_sampling;
  }
  return blocks <= kMaxBlocksInMcu;
}

}  // namespace beholder
