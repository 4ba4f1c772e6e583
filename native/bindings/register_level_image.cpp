// Levels, reader, writer and scan scripts for Python.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/operators.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <tuple>
#include <utility>

#include "beholder/color_space.hpp"
#include "beholder/error.hpp"
#include "beholder/frame.hpp"
#include "beholder/huffman.hpp"
#include "beholder/jpeg_reader.hpp"
#include "beholder/jpeg_writer.hpp"
#include "beholder/level_image.hpp"
#include "beholder/marker_reader.hpp"
#include "beholder/scan_search.hpp"
#include "register.hpp"
#include "scan_mode.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace beholder {

namespace {

using LevelArray = nb::ndarray<const std::int16_t, nb::shape<-1, -1, kBlockSize>, nb::c_contig, nb::device::cpu>;
using LevelView = nb::ndarray<nb::numpy, std::int16_t, nb::ndim<3>>;
using TableArray = nb::ndarray<const std::uint16_t, nb::shape<kBlockSize>, nb::c_contig, nb::device::cpu>;
using TableView = nb::ndarray<nb::numpy, std::uint16_t, nb::ndim<1>>;
using CountArray = nb::ndarray<const std::uint64_t, nb::shape<kSymbols>, nb::c_contig, nb::device::cpu>;
using SamplingFactors = std::pair<int, int>;
using DensityTuple = std::tuple<int, int, int>;

std::span<const std::uint8_t> view(const nb::bytes& bytes) {
  return {static_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

nb::bytes to_bytes(const std::vector<std::uint8_t>& bytes) { return nb::bytes(bytes.data(), bytes.size()); }

Plane make_plane(const LevelArray& levels, int id, SamplingFactors sampling, int quant_index) {
  Plane plane;
  plane.id = id;
  plane.horizontal_sampling = sampling.first;
  plane.vertical_sampling = sampling.second;
  plane.quant_index = quant_index;
  if (levels.shape(0) > kMaxSide || levels.shape(1) > kMaxSide) {
    throw Error("levels of " + std::to_string(levels.shape(0)) + " x " + std::to_string(levels.shape(1)) +
                " blocks; JPEG holds fewer than 65536 a side");
  }
  plane.blocks_high = plane.stored_high = static_cast<int>(levels.shape(0));
  plane.blocks_wide = plane.stored_wide = static_cast<int>(levels.shape(1));
  plane.levels.assign(levels.data(), levels.data() + levels.size());
  return plane;
}

/// Copies the levels of `given` into a plane that the image's geometry has laid out, and pads what is missing.
void copy_levels(const Plane& given, Plane& plane) {
  const bool padded = given.stored_high == plane.stored_high && given.stored_wide == plane.stored_wide;
  const bool unpadded = given.stored_high == plane.blocks_high && given.stored_wide == plane.blocks_wide;
  if (!padded && !unpadded) {
    throw Error("component " + std::to_string(plane.id) + ": levels of " + std::to_string(given.stored_high) + " x " +
                std::to_string(given.stored_wide) + " blocks (rows x columns); this picture needs " +
                std::to_string(plane.blocks_high) + " x " + std::to_string(plane.blocks_wide) + ", or " +
                std::to_string(plane.stored_high) + " x " + std::to_string(plane.stored_wide) + " with padding");
  }
  const std::size_t row_levels = static_cast<std::size_t>(given.stored_wide) * kBlockSize;
  for (int row = 0; row < given.stored_high; ++row) {
    std::copy_n(given.block(row, 0), row_levels, plane.block(row, 0));
  }
  if (!padded) fill_padding(plane);
}

LevelImage make_level_image(int width, int height, const std::vector<const Plane*>& planes,
                            const std::vector<TableArray>& quant_tables) {
  LevelImage image;
  image.width = width;
  image.height = height;
  for (const Plane* plane : planes) {
    if (plane == nullptr) throw Error("a plane is None; each must be a Plane");
    Plane& copy = image.planes.emplace_back();
    copy.id = plane->id;
    copy.horizontal_sampling = plane->horizontal_sampling;
    copy.vertical_sampling = plane->vertical_sampling;
    copy.quant_index = plane->quant_index;
  }
  if (quant_tables.size() > image.quant_tables.size()) {
    throw Error(std::to_string(quant_tables.size()) + " quantisation tables; JPEG holds at most 4");
  }
  for (std::size_t i = 0; i < quant_tables.size(); ++i) {
    std::copy_n(quant_tables[i].data(), kBlockSize, image.quant_tables[i].begin());
  }
  lay_out_planes(image);
  for (std::size_t i = 0; i < planes.size(); ++i) copy_levels(*planes[i], image.planes[i]);
  check_frame(image);
  return image;
}

nb::bytes write_jpeg_bytes(const LevelImage& image, const std::string& mode, std::optional<ScanScript> script,
                           bool partial_script, std::vector<MarkerSegment> segments,
                           std::optional<DensityTuple> density, std::optional<int> adobe_transform) {
  WriteOptions options;
  options.mode = parse_mode(mode);
  if (script) {
    options.script = std::move(*script);
    if (options.script.empty()) throw Error("scan script: it has no scan");
    options.coverage = partial_script ? Coverage::partial : Coverage::whole;
  }
  options.segments = std::move(segments);
  options.density.reset();
  if (density) options.density = Density{std::get<0>(*density), std::get<1>(*density), std::get<2>(*density)};
  options.adobe_transform = adobe_transform;
  std::vector<std::uint8_t> bytes;
  {
    const nb::gil_scoped_release release;
    bytes = write_jpeg(image, options);
  }
  return to_bytes(bytes);
}

std::pair<ScanScript, std::uint64_t> search_script(const LevelImage& image, const std::string& mode) {
  const ScanMode wanted = parse_mode(mode);
  const nb::gil_scoped_release release;
  SignificanceMasks masks(image);
  ScriptChoice choice = wanted == ScanMode::sequential    ? search_sequential_script(masks)
                        : wanted == ScanMode::progressive ? search_progressive_script(masks)
                                                          : search_scan_script(masks);
  return {std::move(choice.script), choice.size_bytes};
}

std::string describe(const Scan& scan) {
  std::string components;
  for (const int component : scan.components) {
    components += (components.empty() ? "" : ", ") + std::to_string(component);
  }
  return "Scan([" + components + "], ss=" + std::to_string(scan.ss) + ", se=" + std::to_string(scan.se) +
         ", ah=" + std::to_string(scan.ah) + ", al=" + std::to_string(scan.al) + ")";
}

void register_planes(nb::module_& module) {
  nb::class_<Plane>(module, "Plane", "Quantised levels of one component.")
      .def("__init__",
           [](Plane* self, const LevelArray& levels, int id, SamplingFactors sampling, int quant_index) {
             new (self) Plane(make_plane(levels, id, sampling, quant_index));
           },
           "levels"_a, "id"_a = 1, "sampling"_a = SamplingFactors{1, 1}, "quant_index"_a = 0)
      .def_ro("id", &Plane::id)
      .def_prop_ro("sampling",
                   [](const Plane& self) {
                     return SamplingFactors{self.horizontal_sampling, self.vertical_sampling};
                   })
      .def_ro("quant_index", &Plane::quant_index)
      .def_ro("blocks_wide", &Plane::blocks_wide)
      .def_ro("blocks_high", &Plane::blocks_high)
      .def_ro("stored_wide", &Plane::stored_wide)
      .def_ro("stored_high", &Plane::stored_high)
      .def_prop_ro("levels", [](Plane& self) {
        return LevelView(self.levels.data(),
                         {static_cast<std::size_t>(self.stored_high), static_cast<std::size_t>(self.stored_wide),
                          std::size_t{kBlockSize}},
                         nb::find(self));
      });

  nb::class_<LevelImage>(module, "LevelImage", "A JPEG picture as quantised levels and their tables.")
      .def("__init__",
           [](LevelImage* self, int width, int height, const std::vector<const Plane*>& planes,
              const std::vector<TableArray>& quant_tables) {
             new (self) LevelImage(make_level_image(width, height, planes, quant_tables));
           },
           "width"_a, "height"_a, "planes"_a, "quant_tables"_a)
      .def_ro("width", &LevelImage::width)
      .def_ro("height", &LevelImage::height)
      .def_prop_ro("planes", [](LevelImage& self) -> std::vector<Plane>& { return self.planes; })
      .def_prop_ro("quant_tables", [](nb::handle_t<LevelImage> self) {
        auto& image = nb::cast<LevelImage&>(self);
        nb::list tables;
        for (QuantTable& table : image.quant_tables) {
          tables.append(TableView(table.data(), {std::size_t{kBlockSize}}, self));
        }
        return tables;
      });
}

void register_scans(nb::module_& module) {
  nb::class_<Scan>(module, "Scan", "One scan of a file: components, band and point transforms.")
      .def("__init__",
           [](Scan* self, std::vector<int> components, int ss, int se, int ah, int al) {
             new (self) Scan{std::move(components), ss, se, ah, al};
           },
           "components"_a, "ss"_a = 0, "se"_a = kBlockSize - 1, "ah"_a = 0, "al"_a = 0)
      .def_ro("components", &Scan::components)
      .def_ro("ss", &Scan::ss)
      .def_ro("se", &Scan::se)
      .def_ro("ah", &Scan::ah)
      .def_ro("al", &Scan::al)
      .def(nb::self == nb::self)
      .def("__repr__", &describe);
  module.def("standard_progressive_script", &standard_progressive_script, "image"_a);
  module.def("search_scan_script", &search_script, "image"_a, "mode"_a = "smallest");
  module.def("script_size_bytes", [](const LevelImage& image, const ScanScript& script) {
    const nb::gil_scoped_release release;
    SignificanceMasks masks(image);
    return script_size_bytes(masks, script);
  }, "image"_a, "script"_a);
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

void register_files(nb::module_& module) {
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
  module.def("optimal_code_lengths", [](const CountArray& counts) {
    SymbolCounts copy;
    constexpr std::uint64_t most = std::uint64_t{1} << 54;  // 256 of them are added in 64 bits
    std::copy_n(counts.data(), kSymbols, copy.begin());
    if (std::any_of(copy.begin(), copy.end(), [](std::uint64_t count) { return count > most; })) {
      throw Error("symbol counts must be " + std::to_string(most) + " at most");
    }
    const CodeLengths lengths = optimal_code_lengths(copy);
    return std::vector<int>(lengths.begin(), lengths.end());
  }, "counts"_a);
}

}  // namespace

void register_level_image(nb::module_& module) {
  register_planes(module);
  register_scans(module);
  register_files(module);
  register_walk(module);
}

}  // namespace beholder
