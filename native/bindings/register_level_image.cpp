// Levels of a picture for Python.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <string>
#include <utility>

#include "picture/frame.hpp"
#include "picture/level_image.hpp"
#include "platform/error.hpp"
#include "register.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace beholder {
namespace {

using LevelArray = nb::ndarray<const std::int16_t, nb::shape<-1, -1, kBlockSize>, nb::c_contig, nb::device::cpu>;
using LevelView = nb::ndarray<nb::numpy, std::int16_t, nb::ndim<3>>;
using TableArray = nb::ndarray<const std::uint16_t, nb::shape<kBlockSize>, nb::c_contig, nb::device::cpu>;
using TableView = nb::ndarray<nb::numpy, std::uint16_t, nb::ndim<1>>;
using SamplingFactors = std::pair<int, int>;

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

}  // namespace

void register_level_image(nb::module_& module) {
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
        std::vector<TableView> tables;
        for (QuantTable& table : image.quant_tables) {
          tables.push_back(TableView(table.data(), {std::size_t{kBlockSize}}, self));
        }
        return tables;
      });
}

}  // namespace beholder
