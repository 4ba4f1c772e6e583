#include "bitstream/jpeg_reader.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "bitstream/byte_cursor.hpp"
#include "bitstream/decoder_tables.hpp"
#include "bitstream/frame_header.hpp"
#include "bitstream/marker_reader.hpp"
#include "bitstream/markers.hpp"
#include "bitstream/read_warnings.hpp"
#include "bitstream/scan_reader.hpp"
#include "platform/error.hpp"

namespace beholder {
namespace {

std::string hex(int value) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  return {'0', 'x', digits[value >> 4 & 15], digits[value & 15]};
}

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
  [[nodiscard]] std::string place() const { return " at byte " + std::to_string(markers_.marker_position()); }

  [[nodiscard]] int next_marker() {
    const std::size_t begin = markers_.position();
    const int code = markers_.next();
    if (markers_.stray_bytes() > 0) {
      warnings_.add(bytes_of(markers_.stray_bytes()) + " at byte " + std::to_string(begin) + " that belong to no segment ignored");
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
    warnings_.add("the file ends without an EOI marker");
  }

  void read_marker(int code) {
    if (stands_alone(code)) {
      if (code == marker::soi) throw Error("a second SOI marker" + place() + " cannot stand here");
      warnings_.add((code == marker::tem ? "marker TEM" : "restart marker outside a scan") + place() + " ignored");
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
      warnings_.add("marker " + hex(code) + place() + ": its segment is cut off by the end of the file");
      markers_.move_to(file_.size());
      return std::nullopt;
    }
    if (segment->length < 2) {
      if (!is_skippable(code)) {
        throw Error("marker " + hex(code) + place() + ": segment of " + bytes_of(segment->length) +
                    "; it must be 2 or more");
      }
      warnings_.add("marker " + hex(code) + place() + ": segment of " + bytes_of(segment->length) + " taken as empty");
    }
    return segment->bytes;
  }

  void read_segment_of(int code, ByteCursor segment) {
    if (is_frame(code)) {
      read_frame(code, segment);
    } else if (code == marker::sos) {
      read_scan(segment);
    } else if (code == marker::dht) {
      tables_.read_huffman_tables(segment, markers_.marker_position());
    } else if (code == marker::dqt) {
      tables_.read_quant_tables(segment, markers_.marker_position());
    } else if (code == marker::dri) {
      require_size(segment, 2, "DRI");
      contents_.restart_interval = segment.u16();
    } else if (code == marker::dac) {
      warnings_.add("conditioning of arithmetic coding (DAC marker" + place() + ") ignored");
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
    const bool repeats = scans_ && segment.left() == 2 && segment.u16() == height;
    warnings_.add("DNL marker" + place() + (repeats ? " repeats the height" : " ignored: the frame header's height counts"));
  }

  void keep_segment(int code, std::span<const std::uint8_t> segment) {
    contents_.segments.push_back({static_cast<std::uint8_t>(code), {segment.begin(), segment.end()}});
  }

  void read_application_segment(int code, std::span<const std::uint8_t> segment) {
    const bool jfif = is_jfif(code, segment);
    const bool adobe = is_adobe(code, segment);
    if ((jfif || adobe) && !contents_.scans.empty()) {
      warnings_.add((jfif ? "JFIF" : "Adobe") + std::string(" segment") + place() + " behind the first scan ignored");
    } else if (jfif) {
      contents_.density = jfif_density(segment);
      contents_.color_headers.jfif = true;
    } else if (adobe) {
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
    if (scans_) throw Error("a second frame header" + place());
    FrameHeader header = read_frame_header(segment, limits_.max_pixels);
    if (!header.unique_ids) warnings_.add("components that share an identifier are taken in the order of the frame");
    contents_.image = std::move(header.image);
    contents_.progressive = code == marker::sof2;
    scans_.emplace(contents_, std::move(header.component_ids), markers_, tables_, warnings_);
  }

  void read_scan(ByteCursor segment) {
    if (!scans_) throw Error("a scan" + place() + " before any frame header");
    if (static_cast<int>(contents_.scans.size()) >= limits_.max_scans) {
      throw Error("more than " + std::to_string(limits_.max_scans) + " scans, the limit that was set");
    }
    scans_->read(segment);
  }

  [[nodiscard]] bool is_complete() const { return scans_ && scans_->is_complete(); }

  void finish() {
    if (!scans_) throw Error("the file has no frame header");
    scans_->finish();
    if (tables_.used_standard_tables()) warnings_.add("Huffman tables are missing; those of the standard are taken");
    contents_.warnings = warnings_.take();
    contents_.complete = is_complete();
    if (contents_.complete) return;
    // Before all others: it alone touches the picture.
    contents_.warnings.insert(contents_.warnings.begin(),
                              "the picture is incomplete: the scans do not carry every coefficient to its last bit");
  }

  std::span<const std::uint8_t> file_;
  ReadLimits limits_;
  MarkerReader markers_;
  JpegContents contents_;
  DecoderTables tables_;
  ReadWarnings warnings_;
  std::optional<ScanReader> scans_;  // from the frame header on
};

}  // namespace

JpegContents read_levels(std::span<const std::uint8_t> file, const ReadLimits& limits) {
  return Reader(file, limits).read();
}

}  // namespace beholder
