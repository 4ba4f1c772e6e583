#include <new>

#include "beholder/ssimulacra2.hpp"
#include "register.hpp"
#include "rgb_array.hpp"

namespace beholder {

void register_ssimulacra2(nanobind::module_& module) {
  namespace nb = nanobind;
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
