// Table-driven Huffman decoding: one look-up for codes of up to 10 bits, a search by length for longer ones.
#pragma once

#include <array>
#include <cstdint>

#include "bitstream/bit_reader.hpp"
#include "bitstream/huffman.hpp"

namespace beholder {

class HuffmanDecoder {
 public:
  static constexpr int kInvalid = -1;

  /// Throws Error for a table with more codes than fit its lengths.
  explicit HuffmanDecoder(const HuffmanTable& table);

  /// Consumes one code and returns its symbol, or kInvalid for bits that are no code. At least 16 bits must be
  /// available.
  [[nodiscard]] int decode(BitReader& reader) const {
    const Entry entry = look_ahead_[reader.peek(kLookAhead)];
    if (entry.length != 0) {
      reader.skip(entry.length);
      return entry.symbol;
    }
    return decode_long(reader);
  }

 private:
  static constexpr int kLookAhead = 10;

  struct Entry {
    std::uint8_t length = 0;  // 0: the code is longer than the look-ahead, or none
    std::uint8_t symbol = 0;
  };

  [[nodiscard]] int decode_long(BitReader& reader) const;

  std::array<Entry, 1 << kLookAhead> look_ahead_{};
  std::array<std::uint32_t, kMaxCodeLength + 1> end_code_{};    // by length: code after the last one, left-aligned to 16
  std::array<int, kMaxCodeLength + 1> symbol_offset_{};         // index of a length's first symbol minus its first code
  std::array<std::uint8_t, kSymbols> symbols_{};
};

}  // namespace beholder
