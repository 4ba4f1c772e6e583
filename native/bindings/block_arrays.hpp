// One number a stored block, from vectors of the core to numpy arrays.
#pragma once

#include <nanobind/ndarray.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "picture/coefficients.hpp"

namespace beholder {

using BlockArray = nanobind::ndarray<nanobind::numpy, float, nanobind::ndim<2>>;

/// (rows, columns) arrays that own the vectors, one a component, that compute() returns without the interpreter's lock.
template <class Compute>
std::vector<BlockArray> block_arrays(const CoefficientImage& coefficients, const Compute& compute) {
  std::vector<std::vector<float>> values;
  {
    const nanobind::gil_scoped_release unlocked;
    values = compute();
  }
  std::vector<BlockArray> arrays;
  for (std::size_t c = 0; c < values.size(); ++c) {
    const CoefficientPlane& plane = coefficients.planes[c];
    auto* owned = new std::vector<float>(std::move(values[c]));
    const nanobind::capsule owner(owned,
                                  [](void* own) noexcept { delete static_cast<std::vector<float>*>(own); });
    arrays.emplace_back(owned->data(),
                        std::initializer_list<std::size_t>{static_cast<std::size_t>(plane.stored_high),
                                                           static_cast<std::size_t>(plane.stored_wide)},
                        owner);
  }
  return arrays;
}

}  // namespace beholder
