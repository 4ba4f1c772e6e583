// (H, W, 3) uint8 arrays from Python, seen as pictures.
#pragma once

#include <nanobind/ndarray.h>

#include <cstdint>

#include "beholder/rgb_view.hpp"

namespace beholder {

using RgbArray = nanobind::ndarray<const std::uint8_t, nanobind::shape<-1, -1, 3>, nanobind::c_contig,
                                   nanobind::device::cpu>;

inline RgbView view_of(const RgbArray& array) {
  return {{array.data(), array.size()}, static_cast<int>(array.shape(1)), static_cast<int>(array.shape(0))};
}

}  // namespace beholder
