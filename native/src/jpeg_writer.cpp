#include "beholder/jpeg_writer.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "beholder/bit_writer.hpp"
#include "beholder/error.hpp"
#include "beholder/frame.hpp"
#include "beholder/markers.hpp"
#include "beholder/progressive.hpp"
#include "beholder/scan_search.hpp"
#include "beholder/scan_statistics.hpp"
#include "beholder/sequential.hpp"

namespace beholder {

namespace {

constexpr std::size_t kMaxPayload = 65533;  // a segment's length field counts itself

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

void check_segment(const MarkerSegment& segment) {
  const bool known =
      (segment.marker >= marker::app0 && segment.marker <= marker::app15) || segment.marker == marker::com;
  if (!known) {
    throw Error("marker segment " + std::to_string(segment.marker) + ": only APP0 to APP15 (224 to 239) and COM (254) "
                "can be added");
  }
  if (segment.payload.size() > kMaxPayload) {
    throw Error("marker segment of " + std::to_string(segment.payload.size()) + " bytes; one holds at most 65533");
  }
}

void write_metadata(BitWriter& writer, const WriteOptions& options) {
  if (options.density) {
    const Density& density = *options.density;
    if (density.unit < 0 || density.unit > 2 || density.x < 1 || density.x > 65535 || density.y < 1 ||
        density.y > 65535) {
      throw Error("pixel density " + std::to_string(density.x) + " x " + std::to_string(density.y) + " with unit " +
                  std::to_string(density.unit) + "; units are 0 to 2, densities 1 to 65535");
    }
    const auto high = [](int value) { return static_cast<std::uint8_t>(value >> 8); };
    const auto low = [](int value) { return static_cast<std::uint8_t>(value); };
    const std::array<std::uint8_t, 14> jfif{'J', 'F', 'I', 'F', 0, 1, 1, low(density.unit), high(density.x),
                                            low(density.x), high(density.y), low(density.y), 0, 0};
    write_segment(writer, marker::app0, jfif);
  }
  for (const MarkerSegment& segment : options.segments) {
    check_segment(segment);
    write_segment(writer, segment.marker, segment.payload);
  }
  if (options.adobe_transform) {
    const int transform = *options.adobe_transform;
    if (transform < 0 || transform > 2) {
      throw Error("Adobe transform " + std::to_string(transform) + "; 0 (none), 1 (YCbCr) and 2 (YCCK) exist");
    }
    const std::array<std::uint8_t, 12> adobe{'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0,
                                             static_cast<std::uint8_t>(transform)};
    write_segment(writer, marker::app14, adobe);
  }
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

ScanScript choose_script(SignificanceMasks& masks, const WriteOptions& options) {
  if (!options.script.empty()) {
    check_script(options.script, masks.image(), options.coverage);
    return options.script;
  }
  switch (options.mode) {
    case ScanMode::sequential:
      return search_sequential_script(masks).script;
    case ScanMode::progressive:
      return search_progressive_script(masks).script;
    case ScanMode::smallest:
      break;
  }
  return search_scan_script(masks).script;
}

}  // namespace

std::vector<std::uint8_t> write_jpeg(SignificanceMasks& masks, const WriteOptions& options) {
  const LevelImage& image = masks.image();
  const ScanScript script = choose_script(masks, options);
  BitWriter writer;
  write_marker(writer, marker::soi);
  write_metadata(writer, options);
  const bool wide = write_quant_tables(writer, image);
  const int sequential_frame = wide ? marker::sof1 : marker::sof0;
  write_frame_header(writer, image, is_sequential(script) ? sequential_frame : marker::sof2);
  for (const Scan& scan : script) write_scan(writer, masks, scan);
  write_marker(writer, marker::eoi);
  return writer.finish();
}

std::vector<std::uint8_t> write_jpeg(const LevelImage& image, const WriteOptions& options) {
  SignificanceMasks masks(image);
  return write_jpeg(masks, options);
}

}  // namespace beholder
