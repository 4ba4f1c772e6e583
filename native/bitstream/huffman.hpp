// Optimal length-limited Huffman codes for JPEG (ITU-T T.81, Annexes C and K.2).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace beholder {

inline constexpr int kMaxCodeLength = 16;
inline constexpr int kSymbols = 256;

/// How often each symbol occurs. 64 bits, so that the counts of several components may be added without care.
using SymbolCounts = std::array<std::uint64_t, kSymbols>;

/// Code length of each symbol in bits, 0 for a symbol without a code.
using CodeLengths = std::array<std::uint8_t, kSymbols>;

/// A table as a DHT segment holds it.
struct HuffmanTable {
  std::array<std::uint8_t, kMaxCodeLength> counts{};  // BITS: number of codes of length i + 1
  std::vector<std::uint8_t> symbols;                  // HUFFVAL: by length, then by value

  /// Bytes of this table within a DHT segment (class and index, BITS, HUFFVAL).
  [[nodiscard]] std::uint64_t size_bytes() const { return 1 + kMaxCodeLength + symbols.size(); }
};

/// The codes themselves, right-aligned.
struct HuffmanCode {
  std::array<std::uint16_t, kSymbols> bits{};
  CodeLengths lengths{};
};

/// Code lengths of least total for `counts`, none above 16 and with the all-ones code left free (Huffman's where they
/// keep the limit, else by package-merge; Larmore and Hirschberg 1990). Symbols that do not occur get no code.
[[nodiscard]] CodeLengths optimal_code_lengths(const SymbolCounts& counts);

/// The table of `lengths`, symbols of one length in order of their value.
[[nodiscard]] HuffmanTable huffman_table(const CodeLengths& lengths);

/// The canonical codes of a table (T.81 Annex C). Throws Error for a table with more codes than fit its lengths.
[[nodiscard]] HuffmanCode canonical_code(const HuffmanTable& table);

/// The table of T.81 Annex K.3 of a class (0 DC, 1 AC) for luma (index 0) or chroma (index 1), which decoders take for a
/// sequential file that brings none (Motion JPEG).
[[nodiscard]] const HuffmanTable& standard_huffman_table(int table_class, int index);

/// The counts of both.
[[nodiscard]] SymbolCounts add_counts(const SymbolCounts& a, const SymbolCounts& b);

/// Bits that follow the symbols of `counts` (magnitudes and end-of-band run lengths). One rule covers DC and AC
/// symbols, sequential and progressive; the correction bits of refinement scans are not among them.
[[nodiscard]] std::uint64_t appended_bits(const SymbolCounts& counts);

/// Bits of the coded symbols, without what is appended to them.
[[nodiscard]] std::uint64_t coded_bits(const SymbolCounts& counts, const CodeLengths& lengths);

/// Bits of the coded symbols under their own optimal code plus those of its table in a DHT segment.
[[nodiscard]] std::uint64_t optimal_cost_bits(const SymbolCounts& counts);

}  // namespace beholder
