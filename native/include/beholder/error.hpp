// The core's only exception. The binding maps it once to Python.
#pragma once

#include <stdexcept>
#include <string>

namespace beholder {

/// Thrown for input that cannot be processed; the message says what was got and what is allowed.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace beholder
