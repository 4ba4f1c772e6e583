#include "bitstream/huffman.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace beholder {
namespace {

constexpr std::array<std::uint8_t, kMaxCodeLength> kDcLumaCounts{0, 1, 5, 1, 1, 1, 1, 1, 1};
constexpr std::array<std::uint8_t, kMaxCodeLength> kDcChromaCounts{0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1};
constexpr std::array<std::uint8_t, kMaxCodeLength> kAcLumaCounts{0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125};
constexpr std::array<std::uint8_t, kMaxCodeLength> kAcChromaCounts{0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119};

/// Tables K.3 and K.4: the categories 0 to 11 in order.
HuffmanTable dc_table(const std::array<std::uint8_t, kMaxCodeLength>& counts) {
  return {counts, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}};
}

/// Tables K.5 and K.6 list the symbols of codes below 16 bits; then all others that a baseline scan has follow in order.
HuffmanTable ac_table(const std::array<std::uint8_t, kMaxCodeLength>& counts, std::initializer_list<std::uint8_t> shorter) {
  HuffmanTable table{counts, shorter};
  for (int run = 0; run < 16; ++run) {
    for (int size = 1; size <= 10; ++size) {
      const auto symbol = static_cast<std::uint8_t>(run << 4 | size);
      if (std::find(shorter.begin(), shorter.end(), symbol) == shorter.end()) table.symbols.push_back(symbol);
    }
  }
  return table;
}

}  // namespace

const HuffmanTable& standard_huffman_table(int table_class, int index) {
  static const std::array<std::array<HuffmanTable, 2>, 2> tables{{
      {dc_table(kDcLumaCounts), dc_table(kDcChromaCounts)},
      {ac_table(kAcLumaCounts, {0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13,
                                0x51, 0x61, 0x07, 0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xA1, 0x08, 0x23, 0x42,
                                0xB1, 0xC1, 0x15, 0x52, 0xD1, 0xF0, 0x24, 0x33, 0x62, 0x72, 0x82}),
       ac_table(kAcChromaCounts, {0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61,
                                  0x71, 0x13, 0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xA1, 0xB1, 0xC1, 0x09, 0x23, 0x33,
                                  0x52, 0xF0, 0x15, 0x62, 0x72, 0xD1, 0x0A, 0x16, 0x24, 0x34, 0xE1, 0x25, 0xF1})},
  }};
  return tables[static_cast<std::size_t>(table_class)][static_cast<std::size_t>(index)];
}

}  // namespace beholder
