// One function a topic, each defined in the file of its name.
#pragma once

#include <nanobind/nanobind.h>

namespace beholder {

void register_level_image(nanobind::module_& module);    // levels of a picture
void register_scans(nanobind::module_& module);          // scan scripts, Huffman codes
void register_files(nanobind::module_& module);          // reader, writer
void register_encoder(nanobind::module_& module);        // pixels or levels to an optimised JPEG
void register_metrics(nanobind::module_& module);        // of two pictures
void register_predictor(nanobind::module_& module);      // block sensitivities from coefficients
void register_training_kernels(nanobind::module_& module);  // fused loops of the learned codec
void register_block_kernels(nanobind::module_& module);     // ... of its transforms

}  // namespace beholder
