// Block sensitivities predicted from the coefficients alone.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "beholder/predictor.hpp"
#include "register.hpp"

namespace beholder {
namespace {

namespace nb = nanobind;
using namespace nb::literals;

using Tensor = nb::ndarray<const float, nb::numpy, nb::c_contig, nb::device::cpu>;
using WeightArray = nb::ndarray<nb::numpy, float, nb::ndim<2>>;

PredictorNetwork bind_build(const std::map<std::string, Tensor>& tensors) {
  NamedTensors named;
  for (const auto& [name, tensor] : tensors) named[name].assign(tensor.data(), tensor.data() + tensor.size());
  return build_predictor(named);
}

std::vector<WeightArray> bind_predict(const PredictorNetwork& network, const CoefficientImage& coefficients,
                                      int threads) {
  std::vector<std::vector<float>> weights;
  {
    const nb::gil_scoped_release unlocked;
    weights = predict_block_sensitivity(network, coefficients, threads);
  }
  std::vector<WeightArray> arrays;
  for (std::size_t c = 0; c < weights.size(); ++c) {
    const CoefficientPlane& plane = coefficients.planes[c];
    auto* owned = new std::vector<float>(std::move(weights[c]));
    const nb::capsule owner(owned, [](void* values) noexcept { delete static_cast<std::vector<float>*>(values); });
    arrays.emplace_back(owned->data(),
                        std::initializer_list<std::size_t>{static_cast<std::size_t>(plane.stored_high),
                                                           static_cast<std::size_t>(plane.stored_wide)},
                        owner);
  }
  return arrays;
}

}  // namespace

void register_predictor(nb::module_& module) {
  nb::class_<PredictorNetwork>(module, "BlockPredictor")
      .def("__init__",
           [](PredictorNetwork* self, const std::map<std::string, Tensor>& tensors) {
             new (self) PredictorNetwork(bind_build(tensors));
           },
           "tensors"_a)
      .def("predict", &bind_predict, "coefficients"_a, "threads"_a = 1);
}

}  // namespace beholder
