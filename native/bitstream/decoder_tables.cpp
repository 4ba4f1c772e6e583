#include "bitstream/decoder_tables.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "platform/error.hpp"

namespace beholder {
namespace {

constexpr int kMaxDcSymbol = 15;

}  // namespace

void DecoderTables::read_quant_tables(ByteCursor segment, std::size_t marker_position) {
  while (segment.left() > 0) {
    const int header = segment.u8();
    const int index = header & 15;
    const int precision = header >> 4;
    if (index > 3 || precision > 1) {
      throw Error("quantisation table " + std::to_string(index) + " of precision " + std::to_string(precision) +
                  " at byte " + std::to_string(marker_position) + "; tables 0 to 3 of precision 0 or 1 exist");
    }
    QuantTable table{};
    for (std::uint16_t& step : table) {
      step = static_cast<std::uint16_t>(precision == 1 ? segment.u16() : segment.u8());
      if (step == 0) throw Error("quantisation table " + std::to_string(index) + " has a step of 0");
    }
    quant_[index] = table;
  }
}

void DecoderTables::read_huffman_tables(ByteCursor segment, std::size_t marker_position) {
  huffman_bytes_ += segment.left() + 4;  // with marker and length
  while (segment.left() > 0) {
    const int header = segment.u8();
    const int table_class = header >> 4;
    const int index = header & 15;
    if (table_class > 1 || index > 3) {
      throw Error("Huffman table of class " + std::to_string(table_class) + " and index " + std::to_string(index) +
                  " at byte " + std::to_string(marker_position) + "; classes 0 and 1, indices 0 to 3 exist");
    }
    HuffmanTable table;
    std::size_t symbols = 0;
    for (std::uint8_t& count : table.counts) {
      count = static_cast<std::uint8_t>(segment.u8());
      symbols += count;
    }
    if (symbols > kSymbols) {
      throw Error("Huffman table at byte " + std::to_string(marker_position) + ": " + std::to_string(symbols) +
                  " symbols; at most 256 are allowed");
    }
    const std::span<const std::uint8_t> values = segment.take(symbols);
    table.symbols.assign(values.begin(), values.end());
    huffman_[table_class][index] = {std::move(table), true, false, nullptr};
  }
}

void DecoderTables::add_standard_huffman_tables() {
  for (int table_class = 0; table_class < 2; ++table_class) {
    for (int index = 0; index < 2; ++index) {
      HuffmanSlot& slot = huffman_[table_class][index];
      if (!slot.defined) slot = {standard_huffman_table(table_class, index), true, true, nullptr};
    }
  }
}

std::shared_ptr<const HuffmanDecoder> DecoderTables::decoder(int table_class, int index,
                                                             const std::string& scan_name) {
  if (index > 3 || !huffman_[table_class][index].defined) {
    throw Error(scan_name + (table_class == 0 ? "DC" : "AC") + " Huffman table " + std::to_string(index) +
                " is not defined");
  }
  HuffmanSlot& slot = huffman_[table_class][index];
  if (table_class == 0) {
    const auto wrong = std::find_if(slot.table.symbols.begin(), slot.table.symbols.end(),
                                    [](std::uint8_t symbol) { return symbol > kMaxDcSymbol; });
    if (wrong != slot.table.symbols.end()) {
      throw Error(scan_name + "DC Huffman table " + std::to_string(index) + " has symbol " + std::to_string(*wrong) +
                  "; 0 to 15 are allowed");
    }
  }
  used_standard_tables_ |= slot.standard;
  if (!slot.decoder) slot.decoder = std::make_shared<const HuffmanDecoder>(slot.table);
  return slot.decoder;
}

}  // namespace beholder
