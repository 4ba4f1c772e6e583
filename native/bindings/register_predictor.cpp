// Block sensitivities predicted from the coefficients alone.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <map>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "block_arrays.hpp"
#include "predictor/predictor.hpp"
#include "register.hpp"

namespace beholder {
namespace {

namespace nb = nanobind;
using namespace nb::literals;

using Tensor = nb::ndarray<const float, nb::numpy, nb::c_contig, nb::device::cpu>;

PredictorNetwork bind_build(const std::map<std::string, Tensor>& tensors) {
  NamedTensors named;
  for (const auto& [name, tensor] : tensors) named[name].assign(tensor.data(), tensor.data() + tensor.size());
  return build_predictor(named);
}

std::vector<BlockArray> bind_predict(const PredictorNetwork& network, const CoefficientImage& coefficients,
                                      int threads) {
  check_threads(threads);
  return block_arrays(coefficients, [&] { return predict_block_sensitivity(network, coefficients, threads); });
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
