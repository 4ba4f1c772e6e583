#include "bitstream/huffman_decoder.hpp"

#include <algorithm>

#include "platform/error.hpp"

namespace beholder {

HuffmanDecoder::HuffmanDecoder(const HuffmanTable& table) {
  if (table.symbols.size() > kSymbols) throw Error("Huffman table: more than 256 symbols");
  std::copy(table.symbols.begin(), table.symbols.end(), symbols_.begin());
  std::uint32_t code = 0;
  int index = 0;
  for (int length = 1; length <= kMaxCodeLength; ++length) {
    const int count = table.counts[length - 1];
    if (code + count > 1u << length) throw Error("Huffman table: more codes than its lengths have room for");
    if (index + count > static_cast<int>(table.symbols.size())) {
      throw Error("Huffman table: fewer symbols than its code lengths announce");
    }
    symbol_offset_[length] = index - static_cast<int>(code);
    for (int i = 0; i < count; ++i, ++code, ++index) {
      if (length > kLookAhead) continue;
      const Entry entry{static_cast<std::uint8_t>(length), symbols_[index]};
      const int spare = kLookAhead - length;
      std::fill_n(look_ahead_.begin() + (code << spare), std::size_t{1} << spare, entry);
    }
    end_code_[length] = code << (kMaxCodeLength - length);
    code <<= 1;
  }
}

int HuffmanDecoder::decode_long(BitReader& reader) const {
  const std::uint32_t bits = reader.peek(kMaxCodeLength);
  for (int length = kLookAhead + 1; length <= kMaxCodeLength; ++length) {
    if (bits >= end_code_[length]) continue;
    const int code = static_cast<int>(bits >> (kMaxCodeLength - length));
    reader.skip(length);
    return symbols_[symbol_offset_[length] + code];
  }
  return kInvalid;
}

}  // namespace beholder
