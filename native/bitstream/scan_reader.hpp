// The scans of a file, from their headers to levels.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "bitstream/byte_cursor.hpp"
#include "bitstream/decoder_tables.hpp"
#include "bitstream/jpeg_reader.hpp"
#include "bitstream/marker_reader.hpp"
#include "bitstream/read_warnings.hpp"
#include "bitstream/scan_decoder.hpp"
#include "bitstream/scan_progress.hpp"

namespace beholder {

/// What a scan's header says (SOS segment, T.81 B.2.3).
struct ScanHeader {
  Scan scan;
  std::array<int, kMaxComponents> dc_tables{};  // by component of the scan
  std::array<int, kMaxComponents> ac_tables{};
};

/// Reads scans into `contents`, which holds the frame. Keeps references to what it is given.
class ScanReader {
 public:
  /// `component_ids`: as the frame header has them.
  ScanReader(JpegContents& contents, std::vector<int> component_ids, MarkerReader& markers, DecoderTables& tables,
             ReadWarnings& warnings);

  /// Reads one scan: `segment` is that of its header, behind which `markers` stands, and afterwards behind the data. Throws
  /// Error for a scan that a decoder would refuse.
  void read(ByteCursor segment);

  /// True when every coefficient has been read to its last bit.
  [[nodiscard]] bool is_complete() const;

  /// Throws Error where a component is in no scan; else fills the blocks that no scan has carried.
  void finish();

 private:
  void make_room();
  void latch_quant_table(int component, const std::string& name);
  [[nodiscard]] ScanDecoding prepare(const ScanHeader& header, const std::string& name);
  void decode(const ScanDecoding& decoding);

  JpegContents& contents_;
  std::vector<int> component_ids_;
  MarkerReader& markers_;
  DecoderTables& tables_;
  ReadWarnings& warnings_;
  ScanProgress progress_;
  std::array<bool, 4> index_taken_{};  // tables of the image that a component uses
  std::array<bool, kMaxComponents> table_latched_{};
  std::array<bool, kMaxComponents> padding_coded_{};
  std::vector<std::vector<std::uint64_t>> significant_;  // nonzero AC levels of a progressive file, see decode_scan
};

}  // namespace beholder
