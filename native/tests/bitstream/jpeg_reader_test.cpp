// The reader on files made byte by byte: what it reads, what it forgives, and what it refuses.
#include "bitstream/jpeg_reader.hpp"

#include <cstdio>
#include <string>
#include <vector>

#include "platform/error.hpp"

namespace {

using Bytes = std::vector<std::uint8_t>;
using Levels = std::vector<std::int16_t>;  // the first ones of a block

int failures = 0;

void check(bool right, const std::string& what) {
  if (right) return;
  std::fprintf(stderr, "%s\n", what.c_str());
  ++failures;
}

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Bytes segment(int marker, const Bytes& payload) {
  const auto length = static_cast<std::uint8_t>(payload.size() + 2);
  return Bytes{0xFF, static_cast<std::uint8_t>(marker), 0, length} + payload;
}

/// Entropy-coded data from digits 0 and 1; spaces are for the eye.
Bytes coded(const std::string& digits) {
  std::string bits;
  for (const char digit : digits) {
    if (digit != ' ') bits += digit;
  }
  while (bits.size() % 8 != 0) bits += '1';
  Bytes bytes;
  for (std::size_t i = 0; i < bits.size(); i += 8) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(bits.substr(i, 8), nullptr, 2)));
    if (bytes.back() == 0xFF) bytes.push_back(0);
  }
  return bytes;
}

const Bytes kSoi{0xFF, 0xD8};
const Bytes kEoi{0xFF, 0xD9};

Bytes quant_table(int index, int step) {
  return segment(0xDB, Bytes{static_cast<std::uint8_t>(index)} + Bytes(64, static_cast<std::uint8_t>(step)));
}

/// Two symbols, coded as 0 and 10.
Bytes huffman_table(int class_and_index, int first, int second) {
  Bytes payload{static_cast<std::uint8_t>(class_and_index), 1, 1};
  payload.resize(17);
  return segment(0xC4, payload + Bytes{static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(second)});
}

/// Grey, 8 pixels high: one block for each 8 pixels of width.
Bytes frame(int sof, int width, int height = 8) {
  return segment(sof, {8, 0, static_cast<std::uint8_t>(height), 0, static_cast<std::uint8_t>(width), 1, 1, 0x11, 0});
}

Bytes scan(int ss = 0, int se = 63, int approximation = 0) {
  const auto byte = [](int value) { return static_cast<std::uint8_t>(value); };
  return segment(0xDA, {1, 1, 0, byte(ss), byte(se), byte(approximation)});
}

// DC: 0 codes a difference of 0, 10 one of 3 bits. AC: 0 ends the block, 10 codes a level of 1 bit.
const Bytes kTables = quant_table(0, 7) + huffman_table(0x00, 0, 3) + huffman_table(0x10, 0x00, 0x01);
// Two blocks: DC 5; DC 5 and a level of -1.
const std::string kFirst = "10 101 0";
const std::string kSecond = "0 10 0 0";
const std::vector<Levels> kLevels{{5}, {5, -1}};
const Bytes kHead = kSoi + kTables + frame(0xC0, 16);
const Bytes kFile = kHead + scan() + coded(kFirst + kSecond) + kEoi;

/// Whether each block of a component begins with these levels, and has zeros behind them.
bool has_levels(const beholder::JpegContents& contents, const std::vector<Levels>& expected, std::size_t component = 0) {
  const beholder::Plane& plane = contents.image.planes[component];
  if (plane.block_count() != expected.size()) return false;
  for (std::size_t block = 0; block < expected.size(); ++block) {
    for (std::size_t i = 0; i < beholder::kBlockSize; ++i) {
      const int level = i < expected[block].size() ? expected[block][i] : 0;
      if (plane.levels[block * beholder::kBlockSize + i] != level) return false;
    }
  }
  return true;
}

bool warns(const beholder::JpegContents& contents, const std::string& text) {
  for (const std::string& warning : contents.warnings) {
    if (warning.find(text) != std::string::npos) return true;
  }
  return text.empty() && contents.warnings.empty();
}

/// The file is read as these levels, with a warning of this text, or without any where it is empty.
void check_read(const char* name, const Bytes& file, const std::string& warning, const std::vector<Levels>& levels = kLevels) {
  try {
    const beholder::JpegContents contents = beholder::read_levels(file);
    check(has_levels(contents, levels), std::string(name) + ": other levels");
    check(warns(contents, warning), std::string(name) + ": no warning of " + warning);
    check(contents.complete, std::string(name) + ": not complete");
  } catch (const beholder::Error& error) {
    check(false, std::string(name) + ": " + error.what());
  }
}

/// The file is refused with a message that holds `text`.
void check_refused(const char* name, const Bytes& file, const std::string& text, const beholder::ReadLimits& limits = {}) {
  try {
    static_cast<void>(beholder::read_levels(file, limits));
    check(false, std::string(name) + ": is read");
  } catch (const beholder::Error& error) {
    const std::string message = error.what();
    check(message.find(text) != std::string::npos, std::string(name) + ": another message: " + message);
  }
}

void check_baseline() {
  check_read("baseline", kFile, "");
  check_read("extended sequential", kSoi + kTables + frame(0xC1, 16) + scan() + coded(kFirst + kSecond) + kEoi, "");
  check_read("bytes behind EOI", kFile + Bytes{1, 2, 3}, "");
  const beholder::JpegContents contents = beholder::read_levels(kFile);
  check(contents.image.width == 16 && contents.image.height == 8, "another size");
  check(contents.image.quant_tables[0][63] == 7, "another quantisation table");
  check(contents.has_eoi && contents.end == kFile.size() && !contents.progressive, "another kind of file");
  check(contents.scans.size() == 1 && contents.scans[0].data_bytes == coded(kFirst + kSecond).size(), "another scan");
  check(contents.scans[0].table_bytes == 2 * 23, "other Huffman table bytes");
}

void check_interleaved() {
  // 16 x 16 pixels, 4:2:0: four blocks of luma, then one of either chroma component; each DC is 5 above the one before.
  const Bytes header = segment(0xC0, {8, 0, 16, 0, 16, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0});
  const Bytes all = segment(0xDA, {3, 1, 0, 2, 0, 3, 0, 0, 63, 0});
  std::string bits;
  for (int block = 0; block < 6; ++block) bits += kFirst;
  const Bytes file = kSoi + kTables + header + all + coded(bits) + kEoi;
  check_read("interleaved", file, "", {{5}, {10}, {15}, {20}});
  const beholder::JpegContents contents = beholder::read_levels(file);
  for (const std::size_t component : {1, 2}) check(has_levels(contents, {{5}}, component), "interleaved: chroma");
  const Bytes wrong_order = segment(0xDA, {3, 2, 0, 1, 0, 3, 0, 0, 63, 0});
  check_refused("order", kSoi + kTables + header + wrong_order + coded(bits) + kEoi, "not in the order of the frame");
  check_refused("a scan is missing", kSoi + kTables + header + scan() + coded(kFirst + kFirst + kFirst + kFirst) + kEoi,
                "component 2 is in no scan");
}

void check_cut() {
  for (std::size_t size = 0; size < kFile.size() - 2; ++size) {
    check_refused("cut off", Bytes(kFile.begin(), kFile.begin() + static_cast<std::ptrdiff_t>(size)), "");
  }
  check_read("without EOI", Bytes(kFile.begin(), kFile.end() - 2), "ends without an EOI marker");
  check_read("half an EOI", Bytes(kFile.begin(), kFile.end() - 1), "ends without an EOI marker");
  check_refused("data is missing", kHead + scan(), "the file ends too early");
  check_refused("half a block", kHead + scan() + coded("10 101 10 0") + kEoi, "ends before the last block, at byte");
}

void check_restarts() {
  const Bytes head = kHead + segment(0xDD, {0, 1}) + scan();
  const auto file = [&](const Bytes& between) { return head + coded(kFirst) + between + coded(kSecond) + kEoi; };
  const std::vector<Levels> fresh{{5}, {0, -1}};  // the prediction starts again
  check_read("restart", file({0xFF, 0xD0}), "", fresh);
  check_read("fill bytes before a restart", file({0xFF, 0xFF, 0xD0}), "", fresh);
  check_read("a far restart", file({0xFF, 0xD4}), "1 restart markers out of order", fresh);
  check_read("an old restart, then the due one", file({0xFF, 0xD7, 0xFF, 0xD0}), "", fresh);
  check_refused("the next restart", file({0xFF, 0xD1}), "restart marker 0 expected at byte");
  check_refused("no restart", head + coded(kFirst + kSecond) + kEoi, "restart marker 0 expected at byte");
  check_refused("cut off at a restart", head + coded(kFirst), "the file ends");
  check_read("bytes behind the last block of an interval", file({7, 7, 0xFF, 0xD0}), "2 bytes behind its last block", fresh);
  check_read("restart outside a scan", kHead + Bytes{0xFF, 0xD3} + scan() + coded(kFirst + kSecond) + kEoi,
             "restart marker outside a scan");
  check_refused("DRI of 3 bytes", kHead + segment(0xDD, {0, 0, 1}), "DRI segment");
}

void check_line_counts() {
  const Bytes before_eoi = kHead + scan() + coded(kFirst + kSecond);
  check_read("DNL", before_eoi + segment(0xDC, {0, 8}) + kEoi, "repeats the height");
  check_read("another DNL", before_eoi + segment(0xDC, {0, 16}) + kEoi, "ignored: the frame header's height counts");
  check_refused("height 0", kSoi + kTables + frame(0xC0, 16, 0) + scan() + coded(kFirst + kSecond), "frame height 0");
}

// Levels 5, -3, 1 and 5 in two blocks: DC, its last bit; AC without its last bit, and that. AC tables: 0 codes a level of 1
// bit, 10 a run of two or three blocks that end here.
void check_progressive() {
  const Bytes head = kSoi + quant_table(0, 7) + frame(0xC2, 16) + huffman_table(0x00, 0, 2) + huffman_table(0x10, 0x01, 0x10);
  const Bytes dc = scan(0, 0, 0x01) + coded("10 10  0");
  const Bytes dc_last = scan(0, 0, 0x10) + coded("1 1");
  const Bytes ac = scan(1, 63, 0x01) + coded("0 0  10 0");
  const Bytes ac_last = scan(1, 63, 0x10) + coded("0 1 1  10 0");  // the new level with its sign, then the old one's bit
  const std::vector<Levels> levels{{5, -3, 1}, {5}};
  check_read("progressive", head + dc + dc_last + ac + ac_last + kEoi, "", levels);
  check_read("AC first", head + ac + dc + ac_last + dc_last + kEoi, "AC levels come before", levels);
  check_read("without EOI", head + dc + dc_last + ac + ac_last, "ends without an EOI marker", levels);
  const beholder::JpegContents partial = beholder::read_levels(head + dc + ac + kEoi);
  check(!partial.complete && has_levels(partial, {{4, -2}, {4}}), "partial: other levels");
  check(partial.warnings.size() == 1 && warns(partial, "the picture is incomplete"), "partial: other warnings");
  check_refused("partial and cut off", head + dc + dc_last + ac, "before the picture is complete");
  check_refused("refinement first", head + dc_last + kEoi, "has no first scan before this refinement");
  check_refused("a scan twice", head + dc + dc + kEoi, "was already coded");
  check_refused("a band of DC and AC", head + scan(0, 5, 0) + coded("0") + kEoi, "mixes DC and AC");
  check_refused("an end of band too far", head + dc + scan(1, 63, 0x01) + coded("10 1") + kEoi, "run past the last block");
  check_refused("a run too far", head + dc + huffman_table(0x10, 0x31, 0x10) + scan(1, 2, 0x01) + coded("0 0") + kEoi,
                "zero run past the end of its band");
  const Bytes no_ac_table = kSoi + quant_table(0, 7) + frame(0xC2, 16) + huffman_table(0x00, 0, 2);
  check_refused("no AC table", no_ac_table + dc + ac + kEoi, "AC Huffman table 0 is not defined");
}

void check_markers() {
  const Bytes tail = frame(0xC0, 16) + scan() + coded(kFirst + kSecond) + kEoi;
  const auto file = [&](const Bytes& inserted) { return kSoi + inserted + kTables + tail; };
  check_read("fill bytes", file({0xFF, 0xFF}), "");
  check_read("stray bytes", file({1, 2, 3}), "3 bytes at byte 2 that belong to no segment");
  check_read("TEM", file({0xFF, 0x01}), "marker TEM at byte 2 ignored");
  check_read("DAC", file(segment(0xCC, {0, 0})), "arithmetic coding");
  check_read("a length of 0", file({0xFF, 0xE5, 0, 0}), "taken as empty");
  check_refused("no JPEG", {0x89, 'P', 'N', 'G'}, "not a JPEG file");
  check_refused("a second SOI", file(kSoi), "a second SOI marker at byte 2");
  check_refused("a reserved marker", file({0xFF, 0x02}), "marker 0x02 at byte 2 is reserved");
  check_refused("an arithmetic file", file(frame(0xC9, 16)), "frame type 0xC9");
  check_refused("a second frame", file(frame(0xC0, 16)), "a second frame header");
  check_refused("a scan before the frame", file(scan()), "before any frame header");
  check_refused("no frame", kSoi + kTables + kEoi, "no frame header");
  check_refused("12 bits", file(segment(0xC1, {12, 0, 8, 0, 16, 1, 1, 0x11, 0})), "12 bits a sample");
  beholder::JpegContents contents = beholder::read_levels(
      file(segment(0xE0, {'J', 'F', 'I', 'F', 0, 1, 2, 1, 0, 72, 0, 96, 0, 0}) + segment(0xE1, {9}) + segment(0xFE, {'h', 'i'})));
  check(contents.color_headers.jfif && contents.density == beholder::Density{1, 72, 96}, "JFIF");
  const std::vector<beholder::MarkerSegment> kept{{0xE1, {9}}, {0xFE, {'h', 'i'}}};
  check(contents.segments == kept && contents.warnings.empty(), "APP1 and COM are not kept in order");
  const Bytes adobe{'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 1};
  check(beholder::read_levels(file(segment(0xEE, adobe))).color_headers.adobe_transform == 1, "Adobe");
  Bytes noise;
  for (int n = 0; n < 40; ++n) noise = noise + Bytes{0xFF, 0x01};
  contents = beholder::read_levels(file(noise));
  check(contents.warnings.size() == 15 && warns(contents, "26 further faults"), "warnings are not limited");
}

void check_tables() {
  const Bytes tail = frame(0xC0, 16) + scan() + coded(kFirst + kSecond) + kEoi;
  const Bytes huffman = huffman_table(0x00, 0, 3) + huffman_table(0x10, 0x00, 0x01);
  check_refused("no quantisation table", kSoi + huffman + tail, "quantisation table 0 is not defined");
  check_refused("quantisation table 4", kSoi + quant_table(4, 7) + tail, "quantisation table 4");
  check_refused("precision 2", kSoi + quant_table(0x20, 7) + tail, "precision 2");
  check_refused("a step of 0", kSoi + quant_table(0, 0) + tail, "a step of 0");
  check_refused("half a table", kSoi + segment(0xDB, {0, 1, 2, 3}) + tail, "the segment ends at byte");
  check_refused("class 2", kSoi + huffman_table(0x20, 0, 3) + tail, "class 2");
  check_refused("index 4", kSoi + huffman_table(0x04, 0, 3) + tail, "index 4");
  check_refused("a DC symbol of 16 bits", kSoi + kTables + huffman_table(0x00, 0, 16) + tail, "has symbol 16");
  Bytes crowded(17, 0);
  crowded[1] = 3;  // three codes of one bit
  check_refused("too many codes", kSoi + kTables + segment(0xC4, crowded + Bytes{0, 1, 2}) + tail, "more codes");
  check_refused("too few symbols", kSoi + kTables + segment(0xC4, crowded + Bytes{0}) + tail, "the segment ends at byte");
  // Tables K.3 and K.5: differences of 0 are 00, ends of blocks 1010.
  check_read("standard tables", kSoi + quant_table(0, 7) + frame(0xC0, 16) + scan() + coded("00 1010 00 1010") + kEoi,
             "those of the standard are taken", {{}, {}});
  // A table that is defined anew behind the first scan of its component does not count for it.
  const Bytes file = kHead + scan() + coded(kFirst + kSecond) + quant_table(0, 9) + kEoi;
  check(beholder::read_levels(file).image.quant_tables[0][0] == 7, "the later quantisation table is taken");
  // 11 is no code.
  check_refused("no code", kHead + scan() + coded(kFirst + "11") + kEoi, "bits that are no Huffman code, at byte");
}

void check_limits() {
  check_refused("too many pixels", kFile, "the limit was set to 127 pixels", {.max_pixels = 127});
  const Bytes twice = kHead + scan() + coded(kFirst + kSecond) + scan() + coded(kFirst + kSecond) + kEoi;
  check_refused("too many scans", twice, "more than 1 scans", {.max_scans = 1});
  check_refused("a scan twice", twice, "was already coded");
  // A header of 65535 x 65535 pixels takes no memory where no data follow.
  const Bytes huge = segment(0xC0, {8, 255, 255, 255, 255, 1, 1, 0x11, 0});
  check_refused("a huge frame", kSoi + kTables + huge + scan() + coded(kFirst) + kEoi, "the file ends too early");
}

}  // namespace

int main() {
  check_baseline();
  check_interleaved();
  check_cut();
  check_restarts();
  check_line_counts();
  check_progressive();
  check_markers();
  check_tables();
  check_limits();
  return failures > 0 ? 1 : 0;
}
