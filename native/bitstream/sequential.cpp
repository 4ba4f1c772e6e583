#include "bitstream/sequential.hpp"

#include <array>
#include <bit>

#include "bitstream/symbols.hpp"
#include "picture/frame.hpp"

namespace beholder {
namespace {

constexpr std::uint64_t kAcMask = ~std::uint64_t{1};

void count_ac(const std::int16_t* block, std::uint64_t mask, SymbolCounts& counts) {
  int previous = 0;
  for (mask &= kAcMask; mask != 0; mask &= mask - 1) {
    const int position = std::countr_zero(mask);
    count_level(counts, position - previous - 1, magnitude_category(block[position]));
    previous = position;
  }
  if (previous != kBlockSize - 1) ++counts[kEndOfBlock];
}

void write_ac(const std::int16_t* block, std::uint64_t mask, const HuffmanCode& code, BitWriter& writer) {
  int previous = 0;
  for (mask &= kAcMask; mask != 0; mask &= mask - 1) {
    const int position = std::countr_zero(mask);
    write_level(position - previous - 1, block[position], code, writer);
    previous = position;
  }
  if (previous != kBlockSize - 1) writer.put(code.bits[kEndOfBlock], code.lengths[kEndOfBlock]);
}

/// Blocks of rows first_row..last_row - 1 and columns first_column..last_column - 1.
struct BlockRange {
  int first_row;
  int last_row;
  int first_column;
  int last_column;
};

void count_rows(SignificanceMasks& masks, int component, const BlockRange& range, SymbolCounts& counts) {
  const Plane& plane = masks.image().planes[component];
  const std::span<const std::uint64_t> mask = masks.of(component, 0);
  for (int row = range.first_row; row < range.last_row; ++row) {
    const std::size_t first = static_cast<std::size_t>(row) * plane.stored_wide;
    for (int column = range.first_column; column < range.last_column; ++column) {
      count_ac(plane.block(row, column), mask[first + column], counts);
    }
  }
}

}  // namespace

SymbolCounts count_sequential_ac(SignificanceMasks& masks, int component) {
  const Plane& plane = masks.image().planes[component];
  SymbolCounts counts{};
  count_rows(masks, component, {0, plane.blocks_high, 0, plane.blocks_wide}, counts);
  return counts;
}

SymbolCounts count_padding_ac(SignificanceMasks& masks, int component) {
  const Plane& plane = masks.image().planes[component];
  SymbolCounts counts{};
  count_rows(masks, component, {0, plane.blocks_high, plane.blocks_wide, plane.stored_wide}, counts);
  count_rows(masks, component, {plane.blocks_high, plane.stored_high, 0, plane.stored_wide}, counts);
  return counts;
}

void write_sequential(SignificanceMasks& masks, std::span<const int> components,
                      std::span<const SequentialCodes> codes, BitWriter& writer) {
  const LevelImage& image = masks.image();
  std::array<std::span<const std::uint64_t>, kMaxComponents> mask;
  for (std::size_t slot = 0; slot < components.size(); ++slot) mask[slot] = masks.of(components[slot], 0);
  std::array<int, kMaxComponents> previous_dc{};
  for_each_block(image, components, [&](int slot, int row, int column) {
    const Plane& plane = image.planes[components[slot]];
    const std::int16_t* block = plane.block(row, column);
    const int difference = block[0] - previous_dc[slot];
    previous_dc[slot] = block[0];
    write_level(0, difference, *codes[slot].dc, writer);
    const std::size_t index = static_cast<std::size_t>(row) * plane.stored_wide + column;
    write_ac(block, mask[slot][index], *codes[slot].ac, writer);
  });
}

}  // namespace beholder
