#include "beholder/ms_ssim.hpp"
#include "register.hpp"
#include "rgb_array.hpp"

namespace beholder {

void register_ms_ssim(nanobind::module_& module) {
  namespace nb = nanobind;
  module.attr("MS_SSIM_MIN_SIDE") = kMsSsimMinSide;
  module.def(
      "ms_ssim",
      [](const RgbArray& original, const RgbArray& decoded) {
        const RgbView original_view = view_of(original);
        const RgbView decoded_view = view_of(decoded);
        const nb::gil_scoped_release unlocked;
        return ms_ssim(original_view, decoded_view);
      },
      nb::arg("original").noconvert(), nb::arg("decoded").noconvert());
}

}  // namespace beholder
