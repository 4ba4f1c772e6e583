#include <nanobind/ndarray.h>

#include <cstdint>

#include "beholder/ssimulacra2.hpp"
#include "register.hpp"

namespace beholder {
namespace {

namespace nb = nanobind;

using RgbArray = nb::ndarray<const std::uint8_t, nb::shape<-1, -1, 3>, nb::c_contig, nb::device::cpu>;

RgbView view_of(const RgbArray& array) {
  return {{array.data(), array.size()}, static_cast<int>(array.shape(1)), static_cast<int>(array.shape(0))};
}

}  // namespace

void register_ssimulacra2(nb::module_& module) {
  module.attr("SSIMULACRA2_MIN_SIDE") = kSsimulacra2MinSide;

  nb::class_<Ssimulacra2Reference>(module, "Ssimulacra2Reference")
      .def(
          "__init__",
          [](Ssimulacra2Reference* self, const RgbArray& original, bool portable) {
            const RgbView view = view_of(original);
            const Instructions instructions = portable ? Instructions::kPortable : Instructions::kFastest;
            const nb::gil_scoped_release unlocked;
            new (self) Ssimulacra2Reference(view, instructions);
          },
          nb::arg("original").noconvert(), nb::arg("portable") = false)
      .def(
          "score",
          [](const Ssimulacra2Reference& self, const RgbArray& decoded) {
            const RgbView view = view_of(decoded);
            const nb::gil_scoped_release unlocked;
            return self.score(view);
          },
          nb::arg("decoded").noconvert());
}

}  // namespace beholder
