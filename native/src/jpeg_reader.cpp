#include "beholder/jpeg_reader.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "beholder/byte_cursor.hpp"
#include "beholder/error.hpp"
#include "beholder/frame.hpp"
#include "beholder/markers.hpp"
#include "beholder/scan_decoder.hpp"
#include "beholder/scan_progress.hpp"

namespace beholder {

namespace {

constexpr std::size_t kMaxWarnings = 16;  // of one file; a hostile one could hold millions
constexpr int kMaxDcSymbol = 15;

std::string hex(int value) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  return {'0', 'x', digits[value >> 4 & 15], digits[value & 15]};
}

/// A table and its decoder, which is built when a scan first uses it.
struct TableSlot {
  HuffmanTable table;
  bool defined = false;
  std::shared_ptr<const HuffmanDecoder> decoder;
};

class Reader {
 public:
  Reader(std::span<const std::uint8_t> file, const ReadLimits& limits) : file_(file), limits_(limits) {}

  [[nodiscard]] JpegContents read() {
    if (file_.size() < 2 || file_[0] != 0xFF || file_[1] != marker::soi) {
      throw Error("not a JPEG file: it does not begin with the bytes FF D8");
    }
    position_ = 2;
    while (true) {
      const int code = next_marker();
      if (code == marker::eoi) break;
      if (code == kEndOfFile) {
        if (is_complete()) break;
        throw Error("the file ends at byte " + std::to_string(file_.size()) +
                    " without an EOI marker, before the picture is complete");
      }
      read_marker(code);
    }
    finish();
    return std::move(contents_);
  }

 private:
  static constexpr int kEndOfFile = -1;

  void warn(std::string text) {
    if (contents_.warnings.size() < kMaxWarnings) contents_.warnings.push_back(std::move(text));
  }

  /// The code of the marker at the position, which moves behind it.
  [[nodiscard]] int next_marker() {
    if (position_ >= file_.size()) return kEndOfFile;
    if (file_[position_] != 0xFF) {
      throw Error("byte " + std::to_string(position_) + " is " + hex(file_[position_]) +
                  " where a marker (0xFF) must stand");
    }
    marker_position_ = position_;
    while (position_ < file_.size() && file_[position_] == 0xFF) ++position_;  // fill bytes
    if (position_ >= file_.size()) return kEndOfFile;
    return file_[position_++];
  }

  void read_marker(int code) {
    if (code >= marker::rst0 && code <= marker::rst7) {
      warn("restart marker outside a scan at byte " + std::to_string(marker_position_));
      return;
    }
    const bool has_no_segment = code == 0 || code == marker::tem || code == marker::soi;
    if (has_no_segment) {
      throw Error("marker " + hex(code) + " at byte " + std::to_string(marker_position_) + " cannot stand here");
    }
    ByteCursor segment = read_segment(code);
    const bool is_frame = code >= marker::sof0 && code <= marker::sof15 && code != marker::dht &&
                          code != marker::jpg && code != marker::dac;
    if (is_frame) {
      read_frame_header(code, segment);
    } else if (code == marker::sos) {
      read_scan(segment);
    } else if (code == marker::dht) {
      read_huffman_tables(segment);
    } else if (code == marker::dqt) {
      read_quant_tables(segment);
    } else if (code == marker::dri) {
      contents_.restart_interval = segment.u16();
    } else if (code == marker::dac) {
      throw Error("arithmetic coding is not supported (DAC marker at byte " + std::to_string(marker_position_) + ")");
    } else if (code == marker::dnl) {
      throw Error("a height defined behind the first scan (DNL marker) is not supported");
    } else if (code >= marker::app0 && code <= marker::app15) {
      read_application_segment(code, segment.rest());
    } else if (code == marker::com) {
      keep_segment(code, segment.rest());
    } else {
      warn("marker " + hex(code) + " at byte " + std::to_string(marker_position_) + " skipped");
    }
  }

  /// What follows the length of the segment at the position, which moves behind the segment.
  [[nodiscard]] ByteCursor read_segment(int code) {
    ByteCursor cursor(file_, position_);
    const std::size_t length = cursor.u16();
    if (length < 2 || length > file_.size() - position_) {
      throw Error("marker " + hex(code) + " at byte " + std::to_string(marker_position_) + ": segment of " +
                  std::to_string(length) + " bytes; it must be 2 or more and end within the file (" +
                  std::to_string(file_.size()) + " bytes)");
    }
    position_ += length;
    return {file_.first(position_), cursor.position()};
  }

  void keep_segment(int code, std::span<const std::uint8_t> segment) {
    contents_.segments.push_back({static_cast<std::uint8_t>(code), {segment.begin(), segment.end()}});
  }

  void read_application_segment(int code, std::span<const std::uint8_t> segment) {
    const auto starts_with = [&](std::string_view text) {
      return segment.size() >= text.size() && std::equal(text.begin(), text.end(), segment.begin());
    };
    if (code == marker::app0 && starts_with(std::string_view("JFIF\0", 5)) && segment.size() >= 14 &&
        !contents_.density) {
      const int x = segment[8] << 8 | segment[9];
      const int y = segment[10] << 8 | segment[11];
      const bool valid = segment[7] <= 2 && x > 0 && y > 0;
      contents_.density = valid ? Density{segment[7], x, y} : Density{};
      return;
    }
    if (code == marker::app14 && starts_with("Adobe") && segment.size() >= 12 && segment[11] <= 2) {
      contents_.adobe_transform = segment[11];
      return;
    }
    keep_segment(code, segment);
  }

  void read_quant_tables(ByteCursor cursor) {
    while (cursor.left() > 0) {
      const int header = cursor.u8();
      const int index = header & 15;
      const int precision = header >> 4;
      if (index > 3 || precision > 1) {
        throw Error("quantisation table " + std::to_string(index) + " of precision " + std::to_string(precision) +
                    " at byte " + std::to_string(marker_position_) + "; tables 0 to 3 of precision 0 or 1 exist");
      }
      QuantTable table{};
      for (std::uint16_t& step : table) {
        step = static_cast<std::uint16_t>(precision == 1 ? cursor.u16() : cursor.u8());
        if (step == 0) throw Error("quantisation table " + std::to_string(index) + " has a step of 0");
      }
      quant_tables_[index] = table;
      quant_defined_[index] = true;
    }
  }

  void read_huffman_tables(ByteCursor cursor) {
    table_bytes_ += cursor.left() + 4;
    while (cursor.left() > 0) {
      const int header = cursor.u8();
      const int table_class = header >> 4;
      const int index = header & 15;
      if (table_class > 1 || index > 3) {
        throw Error("Huffman table of class " + std::to_string(table_class) + " and index " + std::to_string(index) +
                    " at byte " + std::to_string(marker_position_) + "; classes 0 and 1, indices 0 to 3 exist");
      }
      HuffmanTable table;
      std::size_t symbols = 0;
      for (std::uint8_t& count : table.counts) {
        count = static_cast<std::uint8_t>(cursor.u8());
        symbols += count;
      }
      if (symbols > kSymbols) {
        throw Error("Huffman table at byte " + std::to_string(marker_position_) + ": " + std::to_string(symbols) +
                    " symbols; at most 256 are allowed");
      }
      const std::span<const std::uint8_t> values = cursor.take(symbols);
      table.symbols.assign(values.begin(), values.end());
      huffman_[table_class][index] = {std::move(table), true, nullptr};
    }
  }

  void read_frame_header(int code, ByteCursor cursor) {
    if (code != marker::sof0 && code != marker::sof1 && code != marker::sof2) {
      throw Error("frame type " + hex(code) + " at byte " + std::to_string(marker_position_) +
                  " (lossless, hierarchical or arithmetic) is not supported; baseline, extended sequential and "
                  "progressive Huffman files are");
    }
    if (frame_read_) throw Error("a second frame header at byte " + std::to_string(marker_position_));
    const int precision = cursor.u8();
    if (precision != 8) throw Error(std::to_string(precision) + " bits a sample; only 8 are supported");
    LevelImage& image = contents_.image;
    image.height = cursor.u16();
    image.width = cursor.u16();
    if (image.height == 0) throw Error("frame height 0 (defined later by a DNL marker) is not supported");
    const std::uint64_t pixels = static_cast<std::uint64_t>(image.width) * image.height;
    if (pixels > limits_.max_pixels) {
      throw Error("picture of " + std::to_string(image.width) + " x " + std::to_string(image.height) +
                  " pixels; the limit was set to " + std::to_string(limits_.max_pixels) + " pixels");
    }
    const int components = cursor.u8();
    if (components < 1 || components > kMaxComponents) {
      throw Error(std::to_string(components) + " components; 1 to 4 are supported");
    }
    for (int i = 0; i < components; ++i) {
      Plane& plane = image.planes.emplace_back();
      plane.id = cursor.u8();
      const int sampling = cursor.u8();
      plane.horizontal_sampling = sampling >> 4;
      plane.vertical_sampling = sampling & 15;
      plane.quant_index = cursor.u8();
      if (plane.quant_index > 3) {
        throw Error("component " + std::to_string(plane.id) + " names quantisation table " +
                    std::to_string(plane.quant_index) + "; 0 to 3 exist");
      }
      for (int other = 0; other < i; ++other) {
        if (image.planes[other].id == plane.id) {
          throw Error("two components have the identifier " + std::to_string(plane.id));
        }
      }
    }
    contents_.progressive = code == marker::sof2;
    progress_.emplace(components);
    frame_read_ = true;
  }

  /// Makes room for the levels once the file is long enough to hold them: each block takes a DC code of one bit at
  /// least, in a sequential file also an end of block.
  void allocate() {
    const std::uint64_t bits_a_block = contents_.progressive ? 1 : 2;
    const std::uint64_t blocks = count_blocks(contents_.image);
    const std::uint64_t left_bits = static_cast<std::uint64_t>(file_.size() - position_) * 8;
    if (blocks * bits_a_block > left_bits) {
      throw Error("the file ends too early: " + std::to_string(contents_.image.width) + " x " +
                  std::to_string(contents_.image.height) + " pixels need " + std::to_string(blocks) + " blocks of " +
                  std::to_string(bits_a_block) + " bits or more, and " + std::to_string(file_.size() - position_) +
                  " bytes follow byte " + std::to_string(position_));
    }
    lay_out_planes(contents_.image);
    if (contents_.progressive) {
      for (const Plane& plane : contents_.image.planes) significant_.emplace_back(plane.levels.size() / kBlockSize);
    }
    allocated_ = true;
  }

  [[nodiscard]] Scan read_scan_header(ByteCursor cursor, std::array<int, kMaxComponents>& tables) const {
    Scan scan;
    const int count = cursor.u8();
    if (count < 1 || count > static_cast<int>(contents_.image.planes.size())) {
      throw Error(scan_name() + std::to_string(count) + " components in a scan of a picture that has " +
                  std::to_string(contents_.image.planes.size()));
    }
    for (int slot = 0; slot < count; ++slot) {
      const int id = cursor.u8();
      const auto& planes = contents_.image.planes;
      const auto plane = std::find_if(planes.begin(), planes.end(), [&](const Plane& p) { return p.id == id; });
      if (plane == planes.end()) throw Error(scan_name() + "component " + std::to_string(id) + " is not in the frame");
      scan.components.push_back(static_cast<int>(plane - planes.begin()));
      if (slot > 0 && scan.components[slot] <= scan.components[slot - 1]) {
        throw Error(scan_name() + "its components are not in the order of the frame");
      }
      tables[slot] = cursor.u8();
    }
    scan.ss = cursor.u8();
    scan.se = cursor.u8();
    const int approximation = cursor.u8();
    scan.ah = approximation >> 4;
    scan.al = approximation & 15;
    // Some sequential encoders leave these at other values, which decoders ignore.
    if (!contents_.progressive) scan = {scan.components, 0, kBlockSize - 1, 0, 0};
    return scan;
  }

  void read_scan(ByteCursor segment) {
    if (!frame_read_) throw Error("a scan at byte " + std::to_string(marker_position_) + " before any frame header");
    if (static_cast<int>(contents_.scans.size()) >= limits_.max_scans) {
      throw Error("more than " + std::to_string(limits_.max_scans) + " scans, the limit that was set");
    }
    if (!allocated_) allocate();
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
    for (const int component : scan.components) {
      if (!progress_->is_started(component)) latch_quant_table(component);
    }
    progress_->advance(scan, !contents_.progressive, scan_name());
    for (std::size_t slot = 0; slot < scan.components.size(); ++slot) {
      if (scan.ss == 0 && scan.ah == 0) decoding.dc[slot] = decoder(0, tables[slot] >> 4);
      if (scan.se > 0) decoding.ac[slot] = decoder(1, tables[slot] & 15);
    }
    if (scan.ss == 0 && scan.components.size() > 1) {
      for (const int component : scan.components) padding_coded_[component] = true;
    }
    const std::size_t begin = position_;
    const bool carries_ac = contents_.progressive && scan.ss > 0;
    const std::span<std::uint64_t> significant =
        carries_ac ? std::span<std::uint64_t>(significant_[scan.components[0]]) : std::span<std::uint64_t>();
    const DecodedScan decoded = decode_scan(contents_.image, significant, decoding, file_, begin);
    position_ = decoded.end;
    contents_.scans.push_back({scan, std::exchange(table_bytes_, 0), decoded.end - begin});
    if (decoded.extraneous_bytes > 0) {
      warn(decoding.name + std::to_string(decoded.extraneous_bytes) + " bytes behind its last block ignored");
    }
  }

  [[nodiscard]] std::string scan_name() const {
    return "scan " + std::to_string(contents_.scans.size()) + " at byte " + std::to_string(marker_position_) + ": ";
  }

  [[nodiscard]] std::shared_ptr<const HuffmanDecoder> decoder(int table_class, int index) {
    if (index > 3 || !huffman_[table_class][index].defined) {
      throw Error(scan_name() + (table_class == 0 ? "DC" : "AC") + " Huffman table " + std::to_string(index) +
                  " is not defined");
    }
    TableSlot& slot = huffman_[table_class][index];
    if (table_class == 0) {
      const auto wrong = std::find_if(slot.table.symbols.begin(), slot.table.symbols.end(),
                                      [](std::uint8_t symbol) { return symbol > kMaxDcSymbol; });
      if (wrong != slot.table.symbols.end()) {
        throw Error(scan_name() + "DC Huffman table " + std::to_string(index) + " has symbol " +
                    std::to_string(*wrong) + "; 0 to 15 are allowed");
      }
    }
    if (!slot.decoder) slot.decoder = std::make_shared<const HuffmanDecoder>(slot.table);
    return slot.decoder;
  }

  /// Fixes a component's table at its first scan, as decoders do: a file may define the same index again afterwards.
  void latch_quant_table(int component) {
    Plane& plane = contents_.image.planes[component];
    const int source = plane.quant_index;
    if (!quant_defined_[source]) {
      throw Error(scan_name() + "quantisation table " + std::to_string(source) + " is not defined");
    }
    const QuantTable& table = quant_tables_[source];
    // The same index where it is free or equal, else another free one: there are as many as components.
    for (int i = 0; i < 4; ++i) {
      const int index = (source + i) % 4;
      if (latched_[index] && contents_.image.quant_tables[index] != table) continue;
      plane.quant_index = index;
      contents_.image.quant_tables[index] = table;
      latched_[index] = true;
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
    if (!is_complete()) warn("the scans do not carry every coefficient to its last bit");
    // Scans of one component leave the padding blocks empty; give them what costs least in an interleaved scan.
    for (std::size_t component = 0; component < contents_.image.planes.size(); ++component) {
      if (!padding_coded_[component]) fill_padding(contents_.image.planes[component]);
    }
  }

  std::span<const std::uint8_t> file_;
  ReadLimits limits_;
  JpegContents contents_;
  std::size_t position_ = 0;
  std::size_t marker_position_ = 0;
  bool frame_read_ = false;
  bool allocated_ = false;
  std::optional<ScanProgress> progress_;
  std::array<QuantTable, 4> quant_tables_{};  // as last defined; those in use are in the image
  std::array<bool, 4> quant_defined_{};
  std::array<bool, 4> latched_{};  // tables of the image that a component uses
  std::array<std::array<TableSlot, 4>, 2> huffman_;  // by class and index
  std::array<bool, kMaxComponents> padding_coded_{};
  std::vector<std::vector<std::uint64_t>> significant_;  // nonzero AC levels of a progressive file, see decode_scan
  std::uint64_t table_bytes_ = 0;  // since the scan before
};

}  // namespace

JpegContents read_levels(std::span<const std::uint8_t> file, const ReadLimits& limits) {
  return Reader(file, limits).read();
}

}  // namespace beholder
