// Metrics of two pictures, (H, W, 3) uint8 arrays.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <new>

#include "metrics/ms_ssim.hpp"
#include "metrics/ssimulacra2.hpp"
#include "register.hpp"

namespace nb = nanobind;

namespace beholder {
namespace {

using RgbArray = nb::ndarray<const std::uint8_t, nb::shape<-1, -1, 3>, nb::c_contig, nb::device::cpu>;

RgbView view_of(const RgbArray& array) {
  return {{array.data(), array.size()}, static_cast<int>(array.shape(1)), static_cast<int>(array.shape(0))};
}

void make_reference(Ssimulacra2Reference* self, const RgbArray& original, bool portable) {
  const RgbView view = view_of(original);
  const nb::gil_scoped_release unlocked;
  new (self) Ssimulacra2Reference(view, portable ? Instructions::kPortable : Instructions::kFastest);
}

double bind_score(const Ssimulacra2Reference& self, const RgbArray& decoded) {
  const RgbView view = view_of(decoded);
  const nb::gil_scoped_release unlocked;
  return self.score(view);
}

double bind_ms_ssim(const RgbArray& original, const RgbArray& decoded) {
  const RgbView original_view = view_of(original);
  const RgbView decoded_view = view_of(decoded);
  const nb::gil_scoped_release unlocked;
  return ms_ssim(original_view, decoded_view);
}

}  // namespace

void register_metrics(nb::module_& module) {
  module.attr("SSIMULACRA2_MIN_SIDE") = kSsimulacra2MinSide;
  module.attr("MS_SSIM_MIN_SIDE") = kMsSsimMinSide;
  nb::class_<Ssimulacra2Reference>(module, "Ssimulacra2Reference")
      .def("__init__", &make_reference, nb::arg("original").noconvert(), nb::arg("portable") = false)
      .def("score", &bind_score, nb::arg("decoded").noconvert());
  module.def("ms_ssim", &bind_ms_ssim, nb::arg("original").noconvert(), nb::arg("decoded").noconvert());
}

}  // namespace beholder
