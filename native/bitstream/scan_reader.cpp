#include "bitstream/scan_reader.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "platform/error.hpp"

namespace beholder {
namespace {

/// The component that a scan names in its place `slot`, as libjpeg finds it (jdmarker.c, get_sos): the first of the
/// identifier that does not lie before `slot`, so that components may share one.
int find_component(std::span<const int> ids, int id, int slot, const std::string& name) {
  const auto found = std::find(ids.begin() + slot, ids.end(), id);
  if (found != ids.end()) return static_cast<int>(found - ids.begin());
  const bool exists = std::find(ids.begin(), ids.end(), id) != ids.end();
  throw Error(name + (exists ? "its components are not in the order of the frame"
                             : "component " + std::to_string(id) + " is not in the frame"));
}

/// Reads what follows the length of an SOS segment (T.81 B.2.3). A sequential scan has the band 0..63 whatever its header
/// says: some encoders leave other values there, which decoders ignore.
ScanHeader read_scan_header(ByteCursor segment, std::span<const int> component_ids, bool progressive,
                            const std::string& name) {
  ScanHeader header;
  Scan& scan = header.scan;
  const std::size_t size = segment.left();
  const int count = segment.u8();
  if (count < 1 || count > static_cast<int>(component_ids.size())) {
    throw Error(name + std::to_string(count) + " components in a scan of a picture that has " +
                std::to_string(component_ids.size()));
  }
  if (size != 4 + 2 * static_cast<std::size_t>(count)) {
    throw Error(name + "header of " + bytes_of(size + 2) + "; " + std::to_string(count) + " components need " +
                std::to_string(6 + 2 * count));
  }
  for (int slot = 0; slot < count; ++slot) {
    scan.components.push_back(find_component(component_ids, segment.u8(), slot, name));
    if (slot > 0 && scan.components[slot] <= scan.components[slot - 1]) {
      throw Error(name + "its components are not in the order of the frame");
    }
    const int tables = segment.u8();
    header.dc_tables[slot] = tables >> 4;
    header.ac_tables[slot] = tables & 15;
  }
  if (!progressive) return header;
  scan.ss = segment.u8();
  scan.se = segment.u8();
  const int approximation = segment.u8();
  scan.ah = approximation >> 4;
  scan.al = approximation & 15;
  return header;
}

}  // namespace

ScanReader::ScanReader(JpegContents& contents, std::vector<int> component_ids, MarkerReader& markers,
                       DecoderTables& tables, ReadWarnings& warnings)
    : contents_(contents),
      component_ids_(std::move(component_ids)),
      markers_(markers),
      tables_(tables),
      warnings_(warnings),
      progress_(static_cast<int>(component_ids_.size()), ScanProgress::Order::any) {}

void ScanReader::read(ByteCursor segment) {
  if (contents_.scans.empty()) {
    contents_.color_space = color_space_of(component_ids_, contents_.color_headers);
    if (!contents_.progressive) tables_.add_standard_huffman_tables();
    make_room();
  }
  const std::string name = "scan " + std::to_string(contents_.scans.size()) + " at byte " +
                           std::to_string(markers_.marker_position()) + ": ";
  decode(prepare(read_scan_header(segment, component_ids_, contents_.progressive, name), name));
}

/// Makes room for the levels once the file is long enough to hold them: each block takes a DC code of one bit at least, in
/// a sequential file also an end of block.
void ScanReader::make_room() {
  LevelImage& image = contents_.image;
  const std::uint64_t bits_a_block = contents_.progressive ? 1 : 2;
  const std::uint64_t blocks = count_blocks(image);
  const std::uint64_t left_bytes = markers_.file().size() - markers_.position();
  if (blocks * bits_a_block > left_bytes * 8) {
    throw Error("the file ends too early: " + std::to_string(image.width) + " x " + std::to_string(image.height) +
                " pixels need " + std::to_string(blocks) + " blocks of " + std::to_string(bits_a_block) +
                " bits or more, and " + bytes_of(left_bytes) + " follow byte " + std::to_string(markers_.position()));
  }
  lay_out_planes(image);
  if (!contents_.progressive) return;
  for (const Plane& plane : image.planes) significant_.emplace_back(plane.block_count());
}

/// Fixes a component's table at its first scan, as decoders do: a file may define the same index again afterwards.
void ScanReader::latch_quant_table(int component, const std::string& name) {
  if (std::exchange(table_latched_[component], true)) return;
  LevelImage& image = contents_.image;
  Plane& plane = image.planes[component];
  const int source = plane.quant_index;
  const std::optional<QuantTable>& table = tables_.quant_table(source);
  if (!table) throw Error(name + "quantisation table " + std::to_string(source) + " is not defined");
  // The same index where it is free or equal, else another free one: there are as many as components.
  for (int i = 0; i < 4; ++i) {
    const int index = (source + i) % 4;
    if (index_taken_[index] && image.quant_tables[index] != *table) continue;
    plane.quant_index = index;
    image.quant_tables[index] = *table;
    index_taken_[index] = true;
    return;
  }
}

ScanDecoding ScanReader::prepare(const ScanHeader& header, const std::string& name) {
  const Scan& scan = header.scan;
  const bool interleaved = scan.components.size() > 1;
  if (interleaved && !can_interleave(contents_.image, scan.components)) {
    throw Error(name + "more than 10 blocks an MCU");
  }
  for (const int component : scan.components) latch_quant_table(component, name);
  if (!progress_.advance(scan, !contents_.progressive, name)) {
    warnings_.add(name + "AC levels come before their component's DC levels");
  }
  ScanDecoding decoding{scan, contents_.progressive, contents_.restart_interval, {}, {}, name};
  for (std::size_t slot = 0; slot < scan.components.size(); ++slot) {
    if (scan.ss == 0 && scan.ah == 0) decoding.dc[slot] = tables_.decoder(0, header.dc_tables[slot], name);
    if (scan.se > 0) decoding.ac[slot] = tables_.decoder(1, header.ac_tables[slot], name);
    if (scan.ss == 0 && interleaved) padding_coded_[scan.components[slot]] = true;
  }
  return decoding;
}

void ScanReader::decode(const ScanDecoding& decoding) {
  const Scan& scan = decoding.scan;
  std::span<std::uint64_t> significant;
  if (contents_.progressive && scan.ss > 0) significant = significant_[scan.components[0]];
  const std::size_t begin = markers_.position();
  const DecodedScan decoded = decode_scan(contents_.image, significant, decoding, markers_.file(), begin);
  markers_.move_to(decoded.end);
  contents_.scans.push_back({scan, tables_.take_huffman_bytes(), decoded.end - begin});
  if (decoded.extraneous_bytes > 0) {
    warnings_.add(decoding.name + bytes_of(decoded.extraneous_bytes) + " behind its last block ignored");
  }
  if (decoded.odd_restarts > 0) {
    warnings_.add(decoding.name + std::to_string(decoded.odd_restarts) + " restart markers out of order");
  }
}

bool ScanReader::is_complete() const {
  for (std::size_t component = 0; component < component_ids_.size(); ++component) {
    if (!progress_.is_complete(static_cast<int>(component))) return false;
  }
  return true;
}

void ScanReader::finish() {
  for (std::size_t component = 0; component < component_ids_.size(); ++component) {
    Plane& plane = contents_.image.planes[component];
    if (!progress_.is_started(static_cast<int>(component))) {
      throw Error("component " + std::to_string(plane.id) + " is in no scan");
    }
    // Scans of one component leave the padding blocks empty; give them what costs least in an interleaved scan.
    if (!padding_coded_[component]) fill_padding(plane);
  }
}

}  // namespace beholder
