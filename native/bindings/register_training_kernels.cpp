// Fused loops of training: tensors come as NumPy views of their memory.
#include "register.hpp"
#include "tensor_arrays.hpp"
#include "training/training_kernels.hpp"

namespace beholder {
namespace {

namespace nb = nanobind;
using namespace nb::literals;

void bind_rate(const Array<const float>& residual, const Array<const float>& scale_index, float smallest_scale,
               float log_step, float tail, float tail_sum, const Array<float>& bits, const Array<float>& by_residual,
               const Array<float>& by_scale_index) {
  const ResidualRate rate{smallest_scale, log_step, tail, tail_sum};
  const std::size_t size = residual.size();
  check_sizes(scale_index.size() == size && bits.size() == size && by_residual.size() == size &&
              by_scale_index.size() == size);
  const nb::gil_scoped_release unlocked;
  rate.evaluate(span_of(residual), span_of(scale_index), span_of(bits), span_of(by_residual), span_of(by_scale_index));
}

void bind_apply(const Array<const float>& sums, const Array<const float>& bias, const Array<const float>& scale,
                float min, float max, bool rectified, std::size_t channels, const Array<float>& out,
                const Array<std::uint8_t>& passes) {
  check_shared(bias.size(), channels, sums.size());
  if (scale.size() != 0) check_shared(scale.size(), channels, sums.size());
  check_sizes(out.size() == sums.size() && passes.size() == sums.size());
  const Activation activation{min, max, rectified};
  const nb::gil_scoped_release unlocked;
  activation.apply(channels, span_of(sums), span_of(bias), span_of(scale), span_of(out), span_of(passes));
}

void bind_propagate(const Array<const float>& gradient, const Array<const std::uint8_t>& passes,
                    const Array<const float>& scale, std::size_t channels, const Array<float>& by_sum,
                    const Array<float>& by_bias) {
  check_shared(by_bias.size(), channels, gradient.size());
  if (scale.size() != 0) check_shared(scale.size(), channels, gradient.size());
  check_sizes(passes.size() == gradient.size() && by_sum.size() == gradient.size());
  const nb::gil_scoped_release unlocked;
  propagate_activation(channels, span_of(gradient), span_of(passes), span_of(scale), span_of(by_sum), span_of(by_bias));
}

}  // namespace

void register_training_kernels(nb::module_& module) {
  module.def("rate_residuals", &bind_rate, "residual"_a.noconvert(), "scale_index"_a.noconvert(), "smallest_scale"_a,
             "log_step"_a, "tail"_a, "tail_sum"_a, "bits"_a.noconvert(), "by_residual"_a.noconvert(),
             "by_scale_index"_a.noconvert());
  module.def("activate", &bind_apply, "sums"_a.noconvert(), "bias"_a.noconvert(), "scale"_a.noconvert(), "min"_a,
             "max"_a, "rectified"_a, "channels"_a, "out"_a.noconvert(), "passes"_a.noconvert());
  module.def("propagate_activation", &bind_propagate, "gradient"_a.noconvert(), "passes"_a.noconvert(),
             "scale"_a.noconvert(), "channels"_a, "by_sum"_a.noconvert(), "by_bias"_a.noconvert());
}

}  // namespace beholder
