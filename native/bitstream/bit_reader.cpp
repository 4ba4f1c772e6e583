#include "bitstream/bit_reader.hpp"

#include <algorithm>
#include <cstring>

namespace beholder {
namespace {

/// Position of the 0xFF at or after `position` that no zero follows, or the size of the file.
std::size_t find_marker(std::span<const std::uint8_t> file, std::size_t position) {
  while (position < file.size()) {
    const void* found = std::memchr(file.data() + position, 0xFF, file.size() - position);
    if (found == nullptr) return file.size();
    position = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - file.data());
    if (position + 1 >= file.size() || file[position + 1] != 0) return position;
    position += 2;
  }
  return file.size();
}

}  // namespace

void EntropyInterval::load(std::span<const std::uint8_t> file, std::size_t position) {
  begin = position;
  end = find_marker(file, position);
  bytes.resize(end - begin + kPadding);
  size = 0;
  while (position < end) {
    const void* found = std::memchr(file.data() + position, 0xFF, end - position);
    // Copies up to and with the 0xFF, and skips the zero behind it.
    const std::size_t length =
        found == nullptr
            ? end - position
            : static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - file.data()) - position + 1;
    std::memcpy(bytes.data() + size, file.data() + position, length);
    size += length;
    position += length + (found == nullptr ? 0 : 1);
  }
  std::memset(bytes.data() + size, 0, kPadding);
}

std::size_t EntropyInterval::file_position(std::span<const std::uint8_t> file, std::size_t index) const {
  std::size_t position = begin;
  for (index = std::min(index, size); index > 0; --index) position += file[position] == 0xFF ? 2 : 1;
  return std::min(position, end);
}

}  // namespace beholder
