#include "beholder/jpeg_reader.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "beholder/byte_cursor.hpp"
#include "beholder/decoder_tables.hpp"
#include "beholder/error.hpp"
#include "beholder/frame.hpp"
#include "beholder/frame_header.hpp"
#include "beholder/marker_reader.hpp"
#include "beholder/markers.hpp"
#include "beholder/scan_decoder.hpp"
#include "beholder/scan_progress.hpp"

namespace beholder {

namespace {

constexpr std::size_t kMaxWarnings = 14;  // told one by one; a hostile file could hold millions

std::string hex(int value) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  return {'0', 'x', digits[value >> 4 & 15], digits[value & 15]};
}

std::string bytes_of(std::uint64_t count) { return std::to_string(count) + (count == 1 ? " byte" : " bytes"); }

bool is_application(int code) { return code >= marker::app0 && code <= marker::app15; }

/// Segments of which libjpeg skips what is not its own: they may be shorter than their own length.
bool is_skippable(int code) { return is_application(code) || code == marker::com || code == marker::dnl; }

bool is_frame(int code) {
  return code >= marker::sof0 && code <= marker::sof15 && code != marker::dht && code != marker::jpg &&
         code != marker::dac;
}

class Reader {
 public:
  Reader(std::span<const std::uint8_t> file, const ReadLimits& limits)
      : file_(file), limits_(limits), markers_(file) {}

  [[nodiscard]] JpegContents read() {
    for (int code = next_marker(); code != marker::eoi; code = next_marker()) {
      if (code == MarkerReader::kEndOfFile) {
        end_without_eoi();
        break;
      }
      read_marker(code);
    }
    finish();
    return std::move(contents_);
  }

 private:
  void warn(std::string text) {
    if (contents_.warnings.size() < kMaxWarnings) {
      contents_.warnings.push_back(std::move(text));
    } else {
      ++further_warnings_;
    }
  }

  [[nodiscard]] std::string place() const { return " at byte " + std::to_string(markers_.marker_position()); }

  [[nodiscard]] int next_marker() {
    const std::size_t begin = markers_.position();
    const int code = markers_.next();
    if (markers_.stray_bytes() > 0) {
      warn(bytes_of(markers_.stray_bytes()) + " at byte " + std::to_string(begin) + " that belong to no segment ignored");
    }
    contents_.has_eoi = code == marker::eoi;
    contents_.end = contents_.has_eoi ? markers_.position() : file_.size();
    return code;
  }

  void end_without_eoi() {
    if (!is_complete()) {
      throw Error("the file ends at byte " + std::to_string(file_.size()) +
                  " without an EOI marker, before the picture is complete");
    }
    warn("the file ends without an EOI marker");
  }

  void read_marker(int code) {
    if (stands_alone(code)) {
      if (code == marker::soi) throw Error("a second SOI marker" + place() + " cannot stand here");
      warn((code == marker::tem ? "marker TEM" : "restart marker outside a scan") + place() + " ignored");
      return;
    }
    const bool known = is_frame(code) || is_skippable(code) || code == marker::dht || code == marker::sos ||
                       code == marker::dqt || code == marker::dri || code == marker::dac;
    if (!known) throw Error("marker " + hex(code) + place() + " is reserved, and decoders do not read files with it");
    if (const std::optional<ByteCursor> segment = read_segment(code)) read_segment_of(code, *segment);
  }

  /// What follows the length of the segment; nothing where the end of the file cuts it off and it is not needed.
  [[nodiscard]] std::optional<ByteCursor> read_segment(int code) {
    const std::optional<MarkerSegmentView> segment = markers_.segment();
    if (!segment) {
      if (!is_skippable(code) || !is_complete()) {
        throw Error("marker " + hex(code) + place() + ": its segment does not end within the file (" +
                    bytes_of(file_.size()) + ")");
      }
      warn("marker " + hex(code) + place() + ": its segment is cut off by the end of the file");
      markers_.move_to(file_.size());
      return std::nullopt;
    }
    if (segment->length < 2) {
      if (!is_skippable(code)) {
        throw Error("marker " + hex(code) + place() + ": segment of " + bytes_of(segment->length) +
                    "; it must be 2 or more");
      }
      warn("marker " + hex(code) + place() + ": segment of " + bytes_of(segment->length) + " taken as empty");
    }
    return segment->bytes;
  }

  void read_segment_of(int code, ByteCursor segment) {
    if (is_frame(code)) {
      read_frame(code, segment);
    } else if (code == marker::sos) {
      read_scan(segment);
    } else if (code == marker::dht) {
      table_bytes_ += segment.left() + 4;
      tables_.read_huffman_tables(segment, markers_.marker_position());
    } else if (code == marker::dqt) {
      tables_.read_quant_tables(segment, markers_.marker_position());
    } else if (code == marker::dri) {
      require_size(segment, 2, "DRI");
      contents_.restart_interval = segment.u16();
    } else if (code == marker::dac) {
      warn("conditioning of arithmetic coding (DAC marker" + place() + ") ignored");
    } else if (code == marker::dnl) {
      read_line_count(segment);
    } else if (is_application(code)) {
      read_application_segment(code, segment.rest());
    } else {
      keep_segment(code, segment.rest());
    }
  }

  void require_size(const ByteCursor& segment, std::size_t size, const std::string& name) const {
    if (segment.left() == size) return;
    throw Error(name + " segment" + place() + " of " + bytes_of(segment.left() + 2) + "; it must have " +
                std::to_string(size + 2));
  }

  /// A DNL segment, which libjpeg skips: the frame header alone says how high the picture is.
  void read_line_count(ByteCursor segment) {
    const int height = contents_.image.height;
    const bool repeats = frame_read_ && segment.left() == 2 && segment.u16() == height;
    warn("DNL marker" + place() + (repeats ? " repeats the height" : " ignored: the frame header's height counts"));
  }

  void keep_segment(int code, std::span<const std::uint8_t> segment) {
    contents_.segments.push_back({static_cast<std::uint8_t>(code), {segment.begin(), segment.end()}});
  }

  void read_application_segment(int code, std::span<const std::uint8_t> segment) {
    const auto starts_with = [&](std::string_view text) {
      return segment.size() >= text.size() && std::equal(text.begin(), text.end(), segment.begin());
    };
    const bool is_jfif = code == marker::app0 && segment.size() >= 14 && starts_with(std::string_view("JFIF\0", 5));
    const bool is_adobe = code == marker::app14 && segment.size() >= 12 && starts_with("Adobe");
    if ((is_jfif || is_adobe) && !contents_.scans.empty()) {
      warn((is_jfif ? "JFIF" : "Adobe") + std::string(" segment") + place() + " behind the first scan ignored");
    } else if (is_jfif) {
      const int x = segment[8] << 8 | segment[9];
      const int y = segment[10] << 8 | segment[11];
      const bool valid = segment[7] <= 2 && x > 0 && y > 0;
      contents_.density = valid ? Density{segment[7], x, y} : Density{};
      contents_.color_headers.jfif = true;
    } else if (is_adobe) {
      contents_.color_headers.adobe_transform = segment[11];
    } else {
      keep_segment(code, segment);
    }
  }

  void read_frame(int code, ByteCursor segment) {
    if (code != marker::sof0 && code != marker::sof1 && code != marker::sof2) {
      throw Error("frame type " + hex(code) + place() +
                  " (lossless, hierarchical or arithmetic) is not supported; baseline, extended sequential and "
                  "progressive Huffman files are");
    }
    if (frame_read_) throw Error("a second frame header" + place());
    FrameHeader header = read_frame_header(segment, limits_.max_pixels);
    if (!header.unique_ids) warn("components that share an identifier are taken in the order of the frame");
    contents_.image = std::move(header.image);
    component_ids_ = std::move(header.component_ids);
    contents_.progressive = code == marker::sof2;
    progress_.emplace(static_cast<int>(component_ids_.size()), ScanProgress::Order::any);
    frame_read_ = true;
  }

  /// What is fixed where the first scan begins. Makes room for the levels once the file is long enough to hold them:
  /// each block takes a DC code of one bit at least, in a sequential file also an end of block.
  void begin_scans() {
    contents_.color_space = color_space_of(component_ids_, contents_.color_headers);
    if (!contents_.progressive) tables_.add_standard_huffman_tables();
    const std::uint64_t bits_a_block = contents_.progressive ? 1 : 2;
    const std::uint64_t blocks = count_blocks(contents_.image);
    const std::uint64_t left_bytes = file_.size() - markers_.position();
    if (blocks * bits_a_block > left_bytes * 8) {
      throw Error("the file ends too early: " + std::to_string(contents_.image.width) + " x " +
                  std::to_string(contents_.image.height) + " pixels need " + std::to_string(blocks) + " blocks of " +
                  std::to_string(bits_a_block) + " bits or more, and " + bytes_of(left_bytes) + " follow byte " +
                  std::to_string(markers_.position()));
    }
    lay_out_planes(contents_.image);
    if (contents_.progressive) {
      for (const Plane& plane : contents_.image.planes) significant_.emplace_back(plane.levels.size() / kBlockSize);
    }
    scans_begun_ = true;
  }

  /// The component that a scan names in its place `slot`, as libjpeg finds it (jdmarker.c, get_sos): the first of the
  /// identifier that does not lie before `slot`, so that components may share one.
  [[nodiscard]] int find_component(int id, int slot) const {
    const auto found = std::find(component_ids_.begin() + slot, component_ids_.end(), id);
    if (found != component_ids_.end()) return static_cast<int>(found - component_ids_.begin());
    const bool exists = std::find(component_ids_.begin(), component_ids_.end(), id) != component_ids_.end();
    throw Error(scan_name() + (exists ? "its components are not in the order of the frame"
                                      : "component " + std::to_string(id) + " is not in the frame"));
  }

  [[nodiscard]] Scan read_scan_header(ByteCursor segment, std::array<int, kMaxComponents>& tables) const {
    Scan scan;
    const std::size_t size = segment.left();
    const int count = segment.u8();
    if (count < 1 || count > static_cast<int>(component_ids_.size())) {
      throw Error(scan_name() + std::to_string(count) + " components in a scan of a picture that has " +
                  std::to_string(component_ids_.size()));
    }
    if (size != 4 + 2 * static_cast<std::size_t>(count)) {
      throw Error(scan_name() + "header of " + bytes_of(size + 2) + "; " + std::to_string(count) +
                  " components need " + std::to_string(6 + 2 * count));
    }
    for (int slot = 0; slot < count; ++slot) {
      scan.components.push_back(find_component(segment.u8(), slot));
      if (slot > 0 && scan.components[slot] <= scan.components[slot - 1]) {
        throw Error(scan_name() + "its components are not in the order of the frame");
      }
      tables[slot] = segment.u8();
    }
    scan.ss = segment.u8();
    scan.se = segment.u8();
    const int approximation = segment.u8();
    scan.ah = approximation >> 4;
    scan.al = approximation & 15;
    // Some sequential encoders leave these at other values, which decoders ignore.
    if (!contents_.progressive) scan = {scan.components, 0, kBlockSize - 1, 0, 0};
    return scan;
  }

  void read_scan(ByteCursor segment) {
    if (!frame_read_) throw Error("a scan" + place() + " before any frame header");
    if (static_cast<int>(contents_.scans.size()) >= limits_.max_scans) {
      throw Error("more than " + std::to_string(limits_.max_scans) + " scans, the limit that was set");
    }
    if (!scans_begun_) begin_scans();
    ScanDecoding decoding;
    std::array<int, kMaxComponents> tables{};
    decoding.scan = read_scan_header(segment, tables);
    decoding.progressive = contents_.progressive;
    decoding.restart_interval = contents_.restart_interval;
    decoding.name = scan_name();
    const Scan& scan = decoding.scan;
    if (scan.components.size() > 1 && !can_interleave(contents_.image, scan.components)) {
      throw Error(scan_name() + "more than 10 blocks an MCU");
    }
    for (const int component : scan.components) latch_quant_table(component);
    if (!progress_->advance(scan, !contents_.progressive, scan_name())) {
      warn(scan_name() + "AC levels come before their component's DC levels");
    }
    for (std::size_t slot = 0; slot < scan.components.size(); ++slot) {
      if (scan.ss == 0 && scan.ah == 0) decoding.dc[slot] = tables_.decoder(0, tables[slot] >> 4, decoding.name);
      if (scan.se > 0) decoding.ac[slot] = tables_.decoder(1, tables[slot] & 15, decoding.name);
    }
    if (scan.ss == 0 && scan.components.size() > 1) {
      for (const int component : scan.components) padding_coded_[component] = true;
    }
    decode(decoding);
  }

  void decode(const ScanDecoding& decoding) {
    const Scan& scan = decoding.scan;
    const bool carries_ac = contents_.progressive && scan.ss > 0;
    const std::span<std::uint64_t> significant =
        carries_ac ? std::span<std::uint64_t>(significant_[scan.components[0]]) : std::span<std::uint64_t>();
    const std::size_t begin = markers_.position();
    const DecodedScan decoded = decode_scan(contents_.image, significant, decoding, file_, begin);
    markers_.move_to(decoded.end);
    contents_.scans.push_back({scan, std::exchange(table_bytes_, 0), decoded.end - begin});
    if (decoded.extraneous_bytes > 0) {
      warn(decoding.name + bytes_of(decoded.extraneous_bytes) + " behind its last block ignored");
    }
    if (decoded.odd_restarts > 0) {
      warn(decoding.name + std::to_string(decoded.odd_restarts) + " restart markers out of order");
    }
  }

  [[nodiscard]] std::string scan_name() const {
    return "scan " + std::to_string(contents_.scans.size()) + place() + ": ";
  }

  /// Fixes a component's table at its first scan, as decoders do: a file may define the same index again afterwards.
  void latch_quant_table(int component) {
    if (std::exchange(table_latched_[component], true)) return;
    Plane& plane = contents_.image.planes[component];
    const int source = plane.quant_index;
    const std::optional<QuantTable>& table = tables_.quant_table(source);
    if (!table) throw Error(scan_name() + "quantisation table " + std::to_string(source) + " is not defined");
    // The same index where it is free or equal, else another free one: there are as many as components.
    for (int i = 0; i < 4; ++i) {
      const int index = (source + i) % 4;
      if (index_taken_[index] && contents_.image.quant_tables[index] != *table) continue;
      plane.quant_index = index;
      contents_.image.quant_tables[index] = *table;
      index_taken_[index] = true;
      return;
    }
  }

  [[nodiscard]] bool is_complete() const {
    if (!frame_read_) return false;
    for (std::size_t component = 0; component < contents_.image.planes.size(); ++component) {
      if (!progress_->is_complete(static_cast<int>(component))) return false;
    }
    return true;
  }

  void finish() {
    if (!frame_read_) throw Error("the file has no frame header");
    for (std::size_t component = 0; component < contents_.image.planes.size(); ++component) {
      if (progress_->is_started(static_cast<int>(component))) continue;
      throw Error("component " + std::to_string(contents_.image.planes[component].id) + " is in no scan");
    }
    if (tables_.used_standard_tables()) warn("Huffman tables are missing; those of the standard are taken");
    if (further_warnings_ > 0) contents_.warnings.push_back(std::to_string(further_warnings_) + " further faults ignored");
    contents_.complete = is_complete();
    if (!contents_.complete) {
      // Before all others: it alone touches the picture.
      contents_.warnings.insert(contents_.warnings.begin(),
                                "the picture is incomplete: the scans do not carry every coefficient to its last bit");
    }
    // Scans of one component leave the padding blocks empty; give them what costs least in an interleaved scan.
    for (std::size_t component = 0; component < contents_.image.planes.size(); ++component) {
      if (!padding_coded_[component]) fill_padding(contents_.image.planes[component]);
    }
  }

  std::span<const std::uint8_t> file_;
  ReadLimits limits_;
  MarkerReader markers_;
  JpegContents contents_;
  DecoderTables tables_;
  std::uint64_t further_warnings_ = 0;
  bool frame_read_ = false;
  bool scans_begun_ = false;
  std::vector<int> component_ids_;  // as the file says
  std::optional<ScanProgress> progress_;
  std::array<bool, 4> index_taken_{};  // tables of the image that a component uses
  std::array<bool, kMaxComponents> table_latched_{};
  std::array<bool, kMaxComponents> padding_coded_{};
  std::vector<std::vector<std::uint64_t>> significant_;  // nonzero AC levels of a progressive file, see decode_scan
  std::uint64_t table_bytes_ = 0;  // since the scan before
};

}  // namespace

JpegContents read_levels(std::span<const std::uint8_t> file, const ReadLimits& limits) {
  return Reader(file, limits).read();
}

}  // namespace beholder
