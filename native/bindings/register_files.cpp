// Reader and writer of JPEG files for Python.
#include <nanobind/nanobind.h>
#include <nanobind/operators.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <string>
#include <tuple>
#include <utility>

#include "arguments.hpp"
#include "bitstream/color_space.hpp"
#include "bitstream/jpeg_reader.hpp"
#include "bitstream/jpeg_writer.hpp"
#include "bitstream/marker_reader.hpp"
#include "platform/error.hpp"
#include "register.hpp"
#include "search/scan_search.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace beholder {
namespace {

using DensityTuple = std::tuple<int, int, int>;

std::span<const std::uint8_t> view(const nb::bytes& bytes) {
  return {static_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

nb::bytes to_bytes(const std::vector<std::uint8_t>& bytes) { return nb::bytes(bytes.data(), bytes.size()); }

nb::bytes write_jpeg_bytes(const LevelImage& image, const std::string& mode, std::optional<ScanScript> script,
                           bool partial_script, std::vector<MarkerSegment> segments,
                           std::optional<DensityTuple> density, std::optional<int> adobe_transform) {
  const ScanMode wanted = parse_mode(mode);
  WriteOptions options;
  options.coverage = script && partial_script ? Coverage::partial : Coverage::whole;
  options.segments = std::move(segments);
  options.density.reset();
  if (density) options.density = Density{std::get<0>(*density), std::get<1>(*density), std::get<2>(*density)};
  options.adobe_transform = adobe_transform;
  std::vector<std::uint8_t> bytes;
  {
    const nb::gil_scoped_release release;
    SignificanceMasks masks(image);
    bytes = write_jpeg(masks, script ? *script : search_script(masks, wanted).script, options);
  }
  return to_bytes(bytes);
}

const char* name_of(ColorSpace space) {
  switch (space) {
    case ColorSpace::grey:
      return "grey";
    case ColorSpace::ycbcr:
      return "ycbcr";
    case ColorSpace::rgb:
      return "rgb";
    case ColorSpace::cmyk:
      return "cmyk";
    case ColorSpace::ycck:
      return "ycck";
    case ColorSpace::unknown:
      break;
  }
  return "unknown";
}

void register_walk(nb::module_& module) {
  nb::class_<PlacedSegment>(module, "PlacedSegment", "A marker segment and where it stands.")
      .def_ro("marker", &PlacedSegment::marker)
      .def_ro("offset", &PlacedSegment::offset)
      .def_prop_ro("payload", [](const PlacedSegment& self) { return to_bytes(self.payload); });
  nb::class_<MarkerWalk>(module, "MarkerWalk", "The marker segments of a JPEG file.")
      .def_ro("segments", &MarkerWalk::segments)
      .def_ro("end", &MarkerWalk::end)
      .def_ro("has_eoi", &MarkerWalk::has_eoi);
  module.def("walk_markers", [](const nb::bytes& file) {
    const std::span<const std::uint8_t> bytes = view(file);
    const nb::gil_scoped_release release;
    return walk_markers(bytes);
  }, "file"_a);
}

}  // namespace

void register_files(nb::module_& module) {
  register_walk(module);
  nb::class_<MarkerSegment>(module, "MarkerSegment", "An APPn or COM segment, without marker and length.")
      .def("__init__",
           [](MarkerSegment* self, int marker, const nb::bytes& payload) {
             if (marker < 0 || marker > 255) throw Error("marker " + std::to_string(marker) + "; 0 to 255 exist");
             const std::span<const std::uint8_t> bytes = view(payload);
             new (self) MarkerSegment{static_cast<std::uint8_t>(marker), {bytes.begin(), bytes.end()}};
           },
           "marker"_a, "payload"_a)
      .def_ro("marker", &MarkerSegment::marker)
      .def_prop_ro("payload", [](const MarkerSegment& self) { return to_bytes(self.payload); })
      .def(nb::self == nb::self);
  nb::class_<ScanInfo>(module, "ScanInfo", "A scan of a file that was read, with its sizes.")
      .def_ro("scan", &ScanInfo::scan)
      .def_ro("table_bytes", &ScanInfo::table_bytes)
      .def_ro("data_bytes", &ScanInfo::data_bytes);
  nb::class_<JpegContents>(module, "JpegContents", "What a JPEG file holds.")
      .def_ro("image", &JpegContents::image)
      .def_ro("segments", &JpegContents::segments)
      .def_prop_ro("density",
                   [](const JpegContents& self) -> std::optional<DensityTuple> {
                     if (!self.density) return std::nullopt;
                     return DensityTuple{self.density->unit, self.density->x, self.density->y};
                   })
      .def_prop_ro("has_jfif", [](const JpegContents& self) { return self.color_headers.jfif; })
      .def_prop_ro("adobe_transform", [](const JpegContents& self) { return self.color_headers.adobe_transform; })
      .def_prop_ro("color_space", [](const JpegContents& self) { return name_of(self.color_space); })
      .def_prop_ro("writes_jfif",
                   [](const JpegContents& self) {
                     return headers_to_write(self.color_space, self.color_headers).jfif;
                   })
      .def_prop_ro("written_adobe_transform",
                   [](const JpegContents& self) {
                     return headers_to_write(self.color_space, self.color_headers).adobe_transform;
                   })
      .def_ro("progressive", &JpegContents::progressive)
      .def_ro("complete", &JpegContents::complete)
      .def_ro("restart_interval", &JpegContents::restart_interval)
      .def_ro("scans", &JpegContents::scans)
      .def_ro("end", &JpegContents::end)
      .def_ro("has_eoi", &JpegContents::has_eoi)
      .def_ro("warnings", &JpegContents::warnings);

  module.def("read_levels", [](const nb::bytes& file, std::optional<std::uint64_t> max_pixels, int max_scans) {
    ReadLimits limits;
    if (max_pixels) limits.max_pixels = *max_pixels;
    if (max_scans < 1) throw Error("max_scans must be 1 or more, got " + std::to_string(max_scans));
    limits.max_scans = max_scans;
    const std::span<const std::uint8_t> bytes = view(file);
    const nb::gil_scoped_release release;
    return read_levels(bytes, limits);
  }, "file"_a, nb::kw_only(), "max_pixels"_a = nb::none(), "max_scans"_a = ReadLimits{}.max_scans);

  module.def("write_jpeg", &write_jpeg_bytes, "image"_a, nb::kw_only(), "mode"_a = "smallest",
             "script"_a = nb::none(), "partial_script"_a = false, "segments"_a = std::vector<MarkerSegment>{},
             "density"_a = DensityTuple{0, 1, 1}, "adobe_transform"_a = nb::none());
}

}  // namespace beholder
