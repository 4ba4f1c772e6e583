// Quantisation and Huffman tables as the DQT and DHT segments of a file define them, anew as often as they like.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "bitstream/byte_cursor.hpp"
#include "bitstream/huffman.hpp"
#include "bitstream/huffman_decoder.hpp"
#include "picture/level_image.hpp"

namespace beholder {

class DecoderTables {
 public:
  /// Take what a segment defines. Throw Error, naming the position of its marker, for tables that cannot be.
  void read_quant_tables(ByteCursor segment, std::size_t marker_position);
  void read_huffman_tables(ByteCursor segment, std::size_t marker_position);

  /// Defines the tables of T.81 Annex K.3 where the file has defined none, as libjpeg-turbo does for sequential files
  /// (jstdhuff.c). True when a scan has used one of them since.
  void add_standard_huffman_tables();
  [[nodiscard]] bool used_standard_tables() const { return used_standard_tables_; }

  /// Bytes of the DHT segments since it was asked last.
  [[nodiscard]] std::uint64_t take_huffman_bytes() { return std::exchange(huffman_bytes_, 0); }

  /// The table of an index, or nothing where none is defined.
  [[nodiscard]] const std::optional<QuantTable>& quant_table(int index) const { return quant_[index]; }

  /// The decoder of a table (class 0 DC, 1 AC). Throws Error, its message starting with `scan_name`, where there is
  /// none or it cannot be.
  [[nodiscard]] std::shared_ptr<const HuffmanDecoder> decoder(int table_class, int index,
                                                              const std::string& scan_name);

 private:
  /// A table and its decoder, which is built when a scan first uses it.
  struct HuffmanSlot {
    HuffmanTable table;
    bool defined = false;
    bool standard = false;
    std::shared_ptr<const HuffmanDecoder> decoder;
  };

  std::array<std::optional<QuantTable>, 4> quant_;
  std::array<std::array<HuffmanSlot, 4>, 2> huffman_;  // by class and index
  std::uint64_t huffman_bytes_ = 0;
  bool used_standard_tables_ = false;
};

}  // namespace beholder
