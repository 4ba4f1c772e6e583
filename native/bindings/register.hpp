// One function a topic, each defined in the file of its name.
#pragma once

#include <nanobind/nanobind.h>

namespace beholder {

void register_level_image(nanobind::module_& module);    // levels, reader, writer, scan scripts
void register_encoder(nanobind::module_& module);        // pixels or levels to an optimised JPEG
void register_ssimulacra2(nanobind::module_& module);    // the metric
void register_ms_ssim(nanobind::module_& module);        // the metric
void register_predictor(nanobind::module_& module);      // block sensitivities from coefficients
void register_training_kernels(nanobind::module_& module);  // fused loops of the learned codec

}  // namespace beholder
