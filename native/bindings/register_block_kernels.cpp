// Fused loops of the blocks: tensors come as NumPy views of their memory, bfloat16 as its bits.
#include "register.hpp"
#include "tensor_arrays.hpp"
#include "training/block_kernels.hpp"

namespace beholder {
namespace {

namespace nb = nanobind;
using namespace nb::literals;

using In = Array<const Bfloat16>;
using Out = Array<Bfloat16>;
using FloatsIn = Array<const float>;
using FloatsOut = Array<float>;

void bind_rectify(const In& sums, const FloatsIn& bias, const FloatsIn& scale, const Out& out) {
  check_shared(scale.size(), bias.size(), sums.size());
  check_sizes(out.size() == sums.size());
  const nb::gil_scoped_release unlocked;
  rectify_rows(span_of(sums), span_of(bias), span_of(scale), span_of(out));
}

void bind_propagate_rectified(const In& gradient, const In& sums, const FloatsIn& bias, const FloatsIn& scale,
                              const Out& by_sum, const FloatsOut& by_bias, const FloatsOut& by_scale) {
  check_shared(scale.size(), bias.size(), sums.size());
  check_sizes(gradient.size() == sums.size() && by_sum.size() == sums.size() && by_bias.size() == bias.size() &&
              by_scale.size() == scale.size());
  const nb::gil_scoped_release unlocked;
  propagate_rectified_rows(span_of(gradient), span_of(sums), span_of(bias), span_of(scale), span_of(by_sum),
                           span_of(by_bias), span_of(by_scale));
}

void bind_gate(const In& sums, const FloatsIn& bias, const FloatsIn& scale, const Out& out) {
  check_shared(scale.size(), bias.size() / 2, out.size());
  check_sizes(bias.size() % 2 == 0 && sums.size() == 2 * out.size());
  const nb::gil_scoped_release unlocked;
  gate_rows(span_of(sums), span_of(bias), span_of(scale), span_of(out));
}

void bind_propagate_gated(const In& gradient, const In& sums, const FloatsIn& bias, const FloatsIn& scale,
                          const Out& by_sum, const FloatsOut& by_bias, const FloatsOut& by_scale) {
  check_shared(scale.size(), bias.size() / 2, gradient.size());
  check_sizes(bias.size() % 2 == 0 && sums.size() == 2 * gradient.size() && by_sum.size() == sums.size() &&
              by_bias.size() == bias.size() && by_scale.size() == scale.size());
  const nb::gil_scoped_release unlocked;
  propagate_gated_rows(span_of(gradient), span_of(sums), span_of(bias), span_of(scale), span_of(by_sum),
                       span_of(by_bias), span_of(by_scale));
}

void bind_add(const In& values, const In& sums, const FloatsIn& bias, const Out& out) {
  check_shared(bias.size(), bias.size(), values.size());
  check_sizes(sums.size() == values.size() && out.size() == values.size());
  const nb::gil_scoped_release unlocked;
  add_rows(span_of(values), span_of(sums), span_of(bias), span_of(out));
}

void bind_total(const In& values, const FloatsOut& totals) {
  check_shared(totals.size(), totals.size(), values.size());
  const nb::gil_scoped_release unlocked;
  total_rows(span_of(values), span_of(totals));
}

// Whether values are whole pictures of rows.
bool are_pictures(PlaneSize size, std::size_t values, std::size_t channels) {
  const std::size_t picture = size.height * size.width * channels;
  return picture > 0 && values % picture == 0;
}

void bind_convolve(std::size_t height, std::size_t width, const In& values, const FloatsIn& kernel,
                   const FloatsIn& bias, const Out& out) {
  const PlaneSize size{height, width};
  check_sizes(are_pictures(size, values.size(), bias.size()) && kernel.size() == 9 * bias.size() &&
              out.size() == values.size());
  const nb::gil_scoped_release unlocked;
  convolve_places(size, span_of(values), span_of(kernel), span_of(bias), span_of(out));
}

void bind_propagate_places(std::size_t height, std::size_t width, const In& gradient, const In& values,
                           const FloatsIn& kernel, const Out& by_value, const FloatsOut& by_kernel,
                           const FloatsOut& by_bias) {
  const PlaneSize size{height, width};
  check_sizes(are_pictures(size, values.size(), by_bias.size()) && kernel.size() == 9 * by_bias.size() &&
              by_kernel.size() == kernel.size() && gradient.size() == values.size() &&
              by_value.size() == values.size());
  const nb::gil_scoped_release unlocked;
  propagate_places(size, span_of(gradient), span_of(values), span_of(kernel), span_of(by_value), span_of(by_kernel),
                   span_of(by_bias));
}

}  // namespace

void register_block_kernels(nb::module_& module) {
  module.def("rectify_rows", &bind_rectify, "sums"_a.noconvert(), "bias"_a.noconvert(), "scale"_a.noconvert(),
             "out"_a.noconvert());
  module.def("propagate_rectified_rows", &bind_propagate_rectified, "gradient"_a.noconvert(), "sums"_a.noconvert(),
             "bias"_a.noconvert(), "scale"_a.noconvert(), "by_sum"_a.noconvert(), "by_bias"_a.noconvert(),
             "by_scale"_a.noconvert());
  module.def("gate_rows", &bind_gate, "sums"_a.noconvert(), "bias"_a.noconvert(), "scale"_a.noconvert(),
             "out"_a.noconvert());
  module.def("propagate_gated_rows", &bind_propagate_gated, "gradient"_a.noconvert(), "sums"_a.noconvert(),
             "bias"_a.noconvert(), "scale"_a.noconvert(), "by_sum"_a.noconvert(), "by_bias"_a.noconvert(),
             "by_scale"_a.noconvert());
  module.def("add_rows", &bind_add, "values"_a.noconvert(), "sums"_a.noconvert(), "bias"_a.noconvert(),
             "out"_a.noconvert());
  module.def("total_rows", &bind_total, "values"_a.noconvert(), "totals"_a.noconvert());
  module.def("convolve_places", &bind_convolve, "height"_a, "width"_a, "values"_a.noconvert(), "kernel"_a.noconvert(),
             "bias"_a.noconvert(), "out"_a.noconvert());
  module.def("propagate_places", &bind_propagate_places, "height"_a, "width"_a, "gradient"_a.noconvert(),
             "values"_a.noconvert(), "kernel"_a.noconvert(), "by_value"_a.noconvert(), "by_kernel"_a.noconvert(),
             "by_bias"_a.noconvert());
}

}  // namespace beholder
