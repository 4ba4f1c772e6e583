// NumPy views of tensors' memory, as the fused loops of training take them.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstddef>
#include <span>

#include "platform/error.hpp"

namespace beholder {

template <typename T>
using Array = nanobind::ndarray<T, nanobind::numpy, nanobind::c_contig, nanobind::device::cpu>;

template <typename T>
std::span<T> span_of(const Array<T>& array) {
  return {array.data(), array.size()};
}

inline void check_sizes(bool fit) {
  if (!fit) throw Error("arrays of sizes that do not fit each other");
}

// Rows of `channels`, such as biases or scales, each for an equal share of the rows of values.
inline void check_shared(std::size_t shared, std::size_t channels, std::size_t values) {
  check_sizes(channels > 0 && shared > 0 && shared % channels == 0 && values % shared == 0);
}

}  // namespace beholder
