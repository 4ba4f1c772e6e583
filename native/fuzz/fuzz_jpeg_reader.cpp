// Fuzz target of the JPEG reader: any bytes give contents or beholder::Error. What was read and can be written must be
// read back the same, in the same colours and without a warning.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "bitstream/jpeg_reader.hpp"
#include "bitstream/jpeg_writer.hpp"
#include "bitstream/marker_reader.hpp"
#include "platform/error.hpp"
#include "search/scan_search.hpp"

namespace {

bool same_picture(const beholder::Plane& a, const beholder::Plane& b) {
  if (a.blocks_wide != b.blocks_wide || a.blocks_high != b.blocks_high) return false;
  for (int row = 0; row < a.blocks_high; ++row) {
    const std::size_t levels = static_cast<std::size_t>(a.blocks_wide) * beholder::kBlockSize;
    if (!std::equal(a.block(row, 0), a.block(row, 0) + levels, b.block(row, 0))) return false;
  }
  return true;
}

std::vector<std::uint8_t> write(const beholder::JpegContents& contents, beholder::ScanMode mode) {
  beholder::WriteOptions options;
  options.segments = contents.segments;
  const beholder::ColorHeaders headers = beholder::headers_to_write(contents.color_space, contents.color_headers);
  options.density.reset();
  if (headers.jfif) options.density = contents.density.value_or(beholder::Density{});
  options.adobe_transform = headers.adobe_transform;
  try {
    beholder::SignificanceMasks masks(contents.image);
    return beholder::write_jpeg(masks, beholder::search_script(masks, mode).script, options);
  } catch (const beholder::Error&) {
    return {};  // levels beyond what 8-bit JPEG may hold can be read from a damaged file, but not written
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  beholder::JpegContents contents;
  beholder::MarkerWalk walk;
  try {
    walk = beholder::walk_markers({data, size});
    contents = beholder::read_levels({data, size});
  } catch (const beholder::Error&) {
    return 0;
  }
  // What was read whole has its end where the structure alone has it.
  if (walk.end != contents.end || walk.has_eoi != contents.has_eoi) std::abort();
  for (const beholder::ScanMode mode : {beholder::ScanMode::sequential, beholder::ScanMode::progressive}) {
    const std::vector<std::uint8_t> bytes = write(contents, mode);
    if (bytes.empty()) continue;
    const beholder::JpegContents again = beholder::read_levels(bytes);
    if (again.segments != contents.segments || again.color_space != contents.color_space) std::abort();
    if (contents.density && again.density && again.density != contents.density) std::abort();
    if (!again.complete || !again.has_eoi || !again.warnings.empty()) std::abort();
    for (std::size_t i = 0; i < contents.image.planes.size(); ++i) {
      if (!same_picture(contents.image.planes[i], again.image.planes[i])) std::abort();
    }
  }
  return 0;
}
