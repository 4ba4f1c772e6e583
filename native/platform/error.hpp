// The core's only exception. The binding maps it once to Python.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace beholder {

/// Thrown for input that cannot be processed; the message says what was got and what is allowed.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// "1 byte", "2 bytes", as messages say sizes.
[[nodiscard]] inline std::string bytes_of(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

}  // namespace beholder
