#include "beholder/frame.hpp"

#include <algorithm>
#include <string>

#include "beholder/error.hpp"

namespace beholder {

namespace {

int divide_up(int value, int divisor) { return (value + divisor - 1) / divisor; }

struct Sampling {
  int horizontal = 1;
  int vertical = 1;
};

Sampling largest_sampling(const LevelImage& image) {
  Sampling largest;
  for (const Plane& plane : image.planes) {
    largest.horizontal = std::max(largest.horizontal, plane.horizontal_sampling);
    largest.vertical = std::max(largest.vertical, plane.vertical_sampling);
  }
  return largest;
}

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

struct BlockCounts {
  int wide;
  int high;
};

BlockCounts block_counts(const LevelImage& image, const Plane& plane) {
  const Sampling largest = largest_sampling(image);
  return {divide_up(divide_up(image.width * plane.horizontal_sampling, largest.horizontal), 8),
          divide_up(divide_up(image.height * plane.vertical_sampling, largest.vertical), 8)};
}

int round_up(int value, int multiple) { return divide_up(value, multiple) * multiple; }

}  // namespace

McuGrid interleaved_mcus(const LevelImage& image) {
  const Sampling largest = largest_sampling(image);
  return {divide_up(image.width, 8 * largest.horizontal), divide_up(image.height, 8 * largest.vertical)};
}

void lay_out_planes(LevelImage& image) {
  check_size_and_sampling(image);
  const bool interleaves = image.planes.size() > 1;
  for (Plane& plane : image.planes) {
    const BlockCounts blocks = block_counts(image, plane);
    plane.blocks_wide = blocks.wide;
    plane.blocks_high = blocks.high;
    plane.stored_wide = interleaves ? round_up(blocks.wide, plane.horizontal_sampling) : blocks.wide;
    plane.stored_high = interleaves ? round_up(blocks.high, plane.vertical_sampling) : blocks.high;
    plane.levels.assign(static_cast<std::size_t>(plane.stored_wide) * plane.stored_high * kBlockSize, 0);
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
    const BlockCounts blocks = block_counts(image, plane);
    total += static_cast<std::uint64_t>(blocks.wide) * blocks.high;
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
    const BlockCounts blocks = block_counts(image, plane);
    if (plane.blocks_wide != blocks.wide || plane.blocks_high != blocks.high) {
      throw Error(name + std::to_string(plane.blocks_wide) + " x " + std::to_string(plane.blocks_high) +
                  " blocks; this picture needs " + std::to_string(blocks.wide) + " x " + std::to_string(blocks.high));
    }
    const int padded_wide = round_up(blocks.wide, plane.horizontal_sampling);
    const int padded_high = round_up(blocks.high, plane.vertical_sampling);
    if ((plane.stored_wide != blocks.wide && plane.stored_wide != padded_wide) ||
        (plane.stored_high != blocks.high && plane.stored_high != padded_high)) {
      throw Error(name + std::to_string(plane.stored_wide) + " x " + std::to_string(plane.stored_high) +
                  " stored blocks; " + std::to_string(padded_wide) + " x " + std::to_string(padded_high) +
                  " are needed, or the unpadded number of blocks");
    }
    if (plane.levels.size() != static_cast<std::size_t>(plane.stored_wide) * plane.stored_high * kBlockSize) {
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
