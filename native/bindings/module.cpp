// The Python module: a table of contents, each topic in its own register_x.cpp.
#include <nanobind/nanobind.h>

#include "platform/error.hpp"
#include "register.hpp"

NB_MODULE(_core, module) {
  // Objects that a program still holds when the interpreter ends are no leak to warn its user about.
  nanobind::set_leak_warnings(false);
  nanobind::exception<beholder::Error>(module, "CoreError", PyExc_ValueError);
  beholder::register_level_image(module);
  beholder::register_scans(module);
  beholder::register_files(module);
  beholder::register_encoder(module);
  beholder::register_metrics(module);
  beholder::register_predictor(module);
  beholder::register_training_kernels(module);
  beholder::register_block_kernels(module);
}
