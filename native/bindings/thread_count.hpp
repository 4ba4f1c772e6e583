// Numbers of threads from Python.
#pragma once

#include <string>

#include "beholder/error.hpp"

namespace beholder {

/// Throws Error for a number below 1. There is no largest one: `parallel_for` starts no more than are of use.
inline void check_threads(int threads) {
  if (threads < 1) throw Error("threads must be 1 or more, got " + std::to_string(threads));
}

}  // namespace beholder
