// Coefficients from pixels or levels, and the search for the levels of least cost.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <span>
#include <string>

#include "arguments.hpp"
#include "block_arrays.hpp"
#include "platform/error.hpp"
#include "predictor/masking.hpp"
#include "register.hpp"
#include "search/optimiser.hpp"
#include "transform/forward.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace beholder {
namespace {

using Pixels = nb::ndarray<const std::uint8_t, nb::numpy, nb::c_contig, nb::device::cpu>;
using Tables = nb::ndarray<const float, nb::numpy, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using BlockWeights = nb::ndarray<const float, nb::numpy, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

using Steps = nb::ndarray<const std::uint16_t, nb::numpy, nb::shape<kBlockSize>, nb::c_contig, nb::device::cpu>;

std::vector<QuantTable> read_source_steps(const std::vector<Steps>& source, std::size_t components) {
  if (!source.empty() && source.size() != components) {
    throw Error("source_steps must be given for every component or for none, got " + std::to_string(source.size()));
  }
  std::vector<QuantTable> tables(source.size());
  for (std::size_t c = 0; c < source.size(); ++c) std::copy_n(source[c].data(), kBlockSize, tables[c].begin());
  return tables;
}

PixelView view_pixels(const Pixels& pixels) {
  if (pixels.ndim() != 2 && pixels.ndim() != 3) {
    throw Error("pixels must have shape (H, W) or (H, W, 3), got " + std::to_string(pixels.ndim()) + " dimensions");
  }
  constexpr std::size_t kRepresentable = 1U << 30U;  // forward_transform states the real limit
  PixelView view;
  view.data = pixels.data();
  view.height = static_cast<int>(std::min(pixels.shape(0), kRepresentable));
  view.width = static_cast<int>(std::min(pixels.shape(1), kRepresentable));
  view.channels = pixels.ndim() == 2 ? 1 : static_cast<int>(std::min<std::size_t>(pixels.shape(2), 255));
  view.row_stride = static_cast<std::ptrdiff_t>(view.width) * view.channels;
  return view;
}

Subsampling parse_subsampling(const std::string& name) {
  if (name == "4:4:4") return Subsampling::k444;
  if (name == "4:2:2") return Subsampling::k422;
  if (name == "4:2:0") return Subsampling::k420;
  throw Error("subsampling must be 4:4:4, 4:2:2 or 4:2:0, got '" + name + "'");
}

FrequencyTables read_tables(const Tables& source, std::size_t components, const char* name) {
  if (source.shape(0) < components || source.shape(0) > kMaxComponents || source.shape(1) != kBlockSize) {
    throw Error(std::string(name) + " must have shape (components, 64), got (" + std::to_string(source.shape(0)) + ", " +
                std::to_string(source.shape(1)) + ")");
  }
  FrequencyTables tables{};
  for (std::size_t c = 0; c < source.shape(0); ++c) {
    for (int i = 0; i < kBlockSize; ++i) {
      const float value = source(c, i);
      if (!(value > 0.0F && value < 1e30F)) throw Error(std::string(name) + " must be positive and finite");
      tables[c][i] = value;
    }
  }
  return tables;
}

std::vector<std::vector<float>> read_block_weights(const std::vector<BlockWeights>& source,
                                                   const CoefficientImage& coefficients) {
  if (!source.empty() && source.size() != coefficients.planes.size()) {
    throw Error("block weights must be given for every component or for none, got " + std::to_string(source.size()));
  }
  std::vector<std::vector<float>> weights;
  for (std::size_t c = 0; c < source.size(); ++c) {
    const CoefficientPlane& plane = coefficients.planes[c];
    if (source[c].shape(0) != static_cast<std::size_t>(plane.stored_high) ||
        source[c].shape(1) != static_cast<std::size_t>(plane.stored_wide)) {
      throw Error("block weights of component " + std::to_string(c) + " must have shape (" +
                  std::to_string(plane.stored_high) + ", " + std::to_string(plane.stored_wide) + ")");
    }
    const std::span values(source[c].data(), plane.block_count());
    if (!std::all_of(values.begin(), values.end(), [](float value) { return value > 0.0F && value < 1e30F; })) {
      throw Error("block weights must be positive and finite");
    }
    weights.emplace_back(values.begin(), values.end());
  }
  return weights;
}

CoefficientImage bind_forward(const Pixels& pixels, const std::string& subsampling, bool fitted_chroma,
                              bool compensate_luma, int threads) {
  const SamplingOptions options{parse_subsampling(subsampling), fitted_chroma, compensate_luma, threads};
  check_threads(threads);
  const PixelView view = view_pixels(pixels);
  const nb::gil_scoped_release unlocked;
  return forward_transform(view, options);
}

double bind_sampling_error(const Pixels& pixels, const std::string& subsampling, int threads) {
  const SamplingOptions options{.subsampling = parse_subsampling(subsampling), .threads = threads};
  check_threads(threads);
  const PixelView view = view_pixels(pixels);
  const nb::gil_scoped_release unlocked;
  return chroma_sampling_error(view, options);
}

std::pair<LevelImage, ScanScript> bind_optimise(const CoefficientImage& coefficients, float scale, const Tables& weights,
                         const std::vector<BlockWeights>& block_weights, const Tables& start_steps, float lambda_ratio,
                         float zeroing_surcharge, const std::vector<Steps>& source_steps, int rounds, bool update_steps,
                              const std::string& mode, int threads) {
  const std::size_t components = coefficients.planes.size();
  const Sensitivity sensitivity{read_tables(weights, components, "weights"),
                                read_block_weights(block_weights, coefficients)};
  OptimiserOptions options;
  options.start_steps = read_tables(start_steps, components, "start_steps");
  options.lambda_ratio = lambda_ratio;
  options.zeroing_surcharge = zeroing_surcharge;
  options.rounds = rounds;
  options.source_steps = read_source_steps(source_steps, components);
  options.update_steps = update_steps;
  options.mode = parse_mode(mode);
  check_threads(threads);
  options.threads = threads;
  const nb::gil_scoped_release unlocked;
  OptimisedLevels optimised = optimise_levels(coefficients, sensitivity, scale, options);
  return {std::move(optimised.image), std::move(optimised.script)};
}

std::vector<BlockArray> bind_masking(const CoefficientImage& coefficients, float knee, float luma_exponent,
                                      float chroma_exponent, float step_share, int threads) {
  check_threads(threads);
  const MaskingModel model{knee, luma_exponent, chroma_exponent, step_share};
  return block_arrays(coefficients, [&] { return masking_weights(coefficients, model, threads); });
}

using CoefficientArray = nb::ndarray<const std::int16_t, nb::numpy, nb::ndim<3>, nb::c_contig, nb::device::cpu>;

CoefficientImage bind_with_values(const CoefficientImage& image, const std::vector<CoefficientArray>& values) {
  std::vector<std::span<const std::int16_t>> views;
  for (const CoefficientArray& array : values) views.emplace_back(array.data(), array.size());
  const nb::gil_scoped_release unlocked;
  return with_values(image, views);
}

double bind_weighted_error(const CoefficientImage& coefficients, const LevelImage& levels, const Tables& weights,
                           int threads) {
  const FrequencyTables frequency = read_tables(weights, coefficients.planes.size(), "weights");
  check_threads(threads);
  const nb::gil_scoped_release unlocked;
  return weighted_error(coefficients, levels, frequency, threads);
}

nb::ndarray<nb::numpy, const std::int16_t, nb::ndim<3>> plane_values(nb::handle_t<CoefficientImage> self, std::size_t c) {
  const auto& image = nb::cast<const CoefficientImage&>(self);
  if (c >= image.planes.size()) throw nb::index_error();
  const CoefficientPlane& plane = image.planes[c];
  return {plane.values.data(),
          {static_cast<std::size_t>(plane.stored_high), static_cast<std::size_t>(plane.stored_wide), kBlockSize},
          self};
}

}  // namespace

void register_encoder(nb::module_& module) {
  nb::class_<CoefficientImage>(module, "CoefficientImage")
      .def_ro("width", &CoefficientImage::width)
      .def_ro("height", &CoefficientImage::height)
      .def_prop_ro("components", [](const CoefficientImage& image) { return image.planes.size(); })
      .def("values", &plane_values, "component"_a)
      .def("with_values", &bind_with_values, "values"_a);
  module.attr("COEFFICIENT_SCALE") = kCoefficientScale;
  module.def("forward_transform", &bind_forward, "pixels"_a, "subsampling"_a = "4:2:0", "fitted_chroma"_a = true,
             "compensate_luma"_a = true, "threads"_a = 1);
  module.def("chroma_sampling_error", &bind_sampling_error, "pixels"_a, "subsampling"_a = "4:2:0", "threads"_a = 1);
  module.def("sample_mcu_rows", &sample_mcu_rows, "coefficients"_a, "stride"_a, nb::call_guard<nb::gil_scoped_release>());
  module.def("dequantise", &dequantise, "levels"_a, nb::call_guard<nb::gil_scoped_release>());
  module.def("masking_weights", &bind_masking, "coefficients"_a, nb::kw_only(), "knee"_a, "luma_exponent"_a,
             "chroma_exponent"_a, "step_share"_a, "threads"_a = 1);
  module.def("weighted_error", &bind_weighted_error, "coefficients"_a, "levels"_a, nb::kw_only(), "weights"_a,
             "threads"_a = 1);
  module.def("optimise_levels", &bind_optimise, "coefficients"_a, "scale"_a, nb::kw_only(), "weights"_a,
             "block_weights"_a, "start_steps"_a, "lambda_ratio"_a, "zeroing_surcharge"_a = 0.0F,
             "source_steps"_a = std::vector<Steps>{}, "rounds"_a = 2, "update_steps"_a = true, "mode"_a = "smallest", "threads"_a = 1);
}

}  // namespace beholder
