#include "bitstream/jpeg_writer.hpp"

#include <algorithm>
#include <span>

#include "bitstream/bit_writer.hpp"
#include "bitstream/markers.hpp"
#include "bitstream/progressive.hpp"
#include "bitstream/scan_statistics.hpp"
#include "bitstream/sequential.hpp"
#include "picture/frame.hpp"
#include "platform/error.hpp"

namespace beholder {
namespace {

void write_u16(BitWriter& writer, int value) {
  writer.raw_byte(static_cast<std::uint8_t>(value >> 8));
  writer.raw_byte(static_cast<std::uint8_t>(value));
}

void write_marker(BitWriter& writer, int marker) {
  writer.raw_byte(0xFF);
  writer.raw_byte(static_cast<std::uint8_t>(marker));
}

void write_segment(BitWriter& writer, int marker, std::span<const std::uint8_t> payload) {
  write_marker(writer, marker);
  write_u16(writer, static_cast<int>(payload.size()) + 2);
  for (const std::uint8_t byte : payload) writer.raw_byte(byte);
}

bool is_wide(const QuantTable& table) { return *std::max_element(table.begin(), table.end()) > 255; }

/// Writes the tables that planes name; true when one of them needs 16-bit steps.
bool write_quant_tables(BitWriter& writer, const LevelImage& image) {
  std::vector<std::uint8_t> payload;
  bool any_wide = false;
  for (int index = 0; index < 4; ++index) {
    const bool used = std::any_of(image.planes.begin(), image.planes.end(),
                                  [&](const Plane& plane) { return plane.quant_index == index; });
    if (!used) continue;
    const QuantTable& table = image.quant_tables[index];
    const bool wide = is_wide(table);
    any_wide |= wide;
    payload.push_back(static_cast<std::uint8_t>((wide ? 16 : 0) | index));
    for (const std::uint16_t step : table) {
      if (wide) payload.push_back(static_cast<std::uint8_t>(step >> 8));
      payload.push_back(static_cast<std::uint8_t>(step));
    }
  }
  write_segment(writer, marker::dqt, payload);
  return any_wide;
}

void write_frame_header(BitWriter& writer, const LevelImage& image, int sof) {
  write_marker(writer, sof);
  write_u16(writer, 8 + 3 * static_cast<int>(image.planes.size()));
  writer.raw_byte(8);  // bits a sample
  write_u16(writer, image.height);
  write_u16(writer, image.width);
  writer.raw_byte(static_cast<std::uint8_t>(image.planes.size()));
  for (const Plane& plane : image.planes) {
    writer.raw_byte(static_cast<std::uint8_t>(plane.id));
    writer.raw_byte(static_cast<std::uint8_t>(plane.horizontal_sampling << 4 | plane.vertical_sampling));
    writer.raw_byte(static_cast<std::uint8_t>(plane.quant_index));
  }
}

/// The tables of one class in a scan and which of them each component uses.
struct ClassCodes {
  std::vector<int> table_of_component;
  std::vector<HuffmanTable> tables;
  std::vector<HuffmanCode> codes;

  ClassCodes(std::span<const SymbolCounts> counts, int max_tables) {
    TableAssignment assignment = assign_tables(counts, max_tables);
    table_of_component = std::move(assignment.table_of_component);
    for (const SymbolCounts& table : assignment.counts) {
      tables.push_back(huffman_table(optimal_code_lengths(table)));
      codes.push_back(canonical_code(tables.back()));
    }
  }

  [[nodiscard]] int table_of(std::size_t slot) const {
    return table_of_component.empty() ? 0 : table_of_component[slot];
  }
  [[nodiscard]] const HuffmanCode* code_of(std::size_t slot) const { return &codes[table_of_component[slot]]; }
};

void write_huffman_tables(BitWriter& writer, const ClassCodes& dc, const ClassCodes& ac) {
  std::vector<std::uint8_t> payload;
  const auto append = [&](const ClassCodes& codes, int table_class) {
    for (std::size_t index = 0; index < codes.tables.size(); ++index) {
      const HuffmanTable& table = codes.tables[index];
      payload.push_back(static_cast<std::uint8_t>(table_class << 4 | static_cast<int>(index)));
      payload.insert(payload.end(), table.counts.begin(), table.counts.end());
      payload.insert(payload.end(), table.symbols.begin(), table.symbols.end());
    }
  };
  append(dc, 0);
  append(ac, 1);
  if (!payload.empty()) write_segment(writer, marker::dht, payload);
}

void write_scan_data(BitWriter& writer, SignificanceMasks& masks, const Scan& scan, const ClassCodes& dc,
                     const ClassCodes& ac) {
  const LevelImage& image = masks.image();
  if (scan.ss > 0) {
    const Band band{scan.components[0], scan.ss, scan.se, scan.al};
    if (scan.ah == 0) {
      write_ac_first(masks, band, ac.codes[0], writer);
    } else {
      write_ac_refine(masks, band, ac.codes[0], writer);
    }
    return;
  }
  if (scan.ah != 0) {
    write_dc_refine(image, scan.components, scan.al, writer);
    return;
  }
  if (scan.se == 0) {
    std::vector<const HuffmanCode*> codes;
    for (std::size_t slot = 0; slot < scan.components.size(); ++slot) codes.push_back(dc.code_of(slot));
    write_dc_first(image, scan.components, scan.al, codes, writer);
    return;
  }
  std::vector<SequentialCodes> codes;
  for (std::size_t slot = 0; slot < scan.components.size(); ++slot) {
    codes.push_back({dc.code_of(slot), ac.code_of(slot)});
  }
  write_sequential(masks, scan.components, codes, writer);
}

void write_scan(BitWriter& writer, SignificanceMasks& masks, const Scan& scan) {
  const ScanStatistics statistics = gather_statistics(masks, scan);
  const int max_tables = max_tables_of(scan);
  const ClassCodes dc(statistics.dc, max_tables);
  const ClassCodes ac(statistics.ac, max_tables);
  write_huffman_tables(writer, dc, ac);
  write_marker(writer, marker::sos);
  write_u16(writer, 6 + 2 * static_cast<int>(scan.components.size()));
  writer.raw_byte(static_cast<std::uint8_t>(scan.components.size()));
  for (std::size_t slot = 0; slot < scan.components.size(); ++slot) {
    writer.raw_byte(static_cast<std::uint8_t>(masks.image().planes[scan.components[slot]].id));
    writer.raw_byte(static_cast<std::uint8_t>(dc.table_of(slot) << 4 | ac.table_of(slot)));
  }
  writer.raw_byte(static_cast<std::uint8_t>(scan.ss));
  writer.raw_byte(static_cast<std::uint8_t>(scan.se));
  writer.raw_byte(static_cast<std::uint8_t>(scan.ah << 4 | scan.al));
  write_scan_data(writer, masks, scan, dc, ac);
  writer.pad();
}

}  // namespace

std::vector<std::uint8_t> write_jpeg(SignificanceMasks& masks, const ScanScript& script, const WriteOptions& options) {
  const LevelImage& image = masks.image();
  check_script(script, image, options.coverage);
  BitWriter writer;
  write_marker(writer, marker::soi);
  for (const MarkerSegment& segment :
       metadata_segments(options.density, options.segments, options.adobe_transform)) {
    write_segment(writer, segment.marker, segment.payload);
  }
  const bool wide = write_quant_tables(writer, image);
  const int sequential_frame = wide ? marker::sof1 : marker::sof0;
  write_frame_header(writer, image, is_sequential(script) ? sequential_frame : marker::sof2);
  for (const Scan& scan : script) write_scan(writer, masks, scan);
  write_marker(writer, marker::eoi);
  return writer.finish();
}

}  // namespace beholder
