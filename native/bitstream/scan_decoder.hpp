// Entropy-coded data of one scan into levels.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "bitstream/huffman_decoder.hpp"
#include "bitstream/scan_script.hpp"
#include "picture/frame.hpp"

namespace beholder {

struct ScanDecoding {
  Scan scan;
  bool progressive = false;
  int restart_interval = 0;  // MCUs; 0: none
  // By component of the scan; those that the kind of scan needs are there.
  std::array<std::shared_ptr<const HuffmanDecoder>, kMaxComponents> dc;
  std::array<std::shared_ptr<const HuffmanDecoder>, kMaxComponents> ac;
  std::string name;  // "scan 3: ", the start of every message
};

struct DecodedScan {
  std::size_t end = 0;                 // position of the marker behind the data, or the size of the file
  std::uint64_t extraneous_bytes = 0;  // data behind the last block of an interval
  std::uint64_t odd_restarts = 0;      // restart markers of a number that was not due
};

/// Decodes the data that begins at `begin` into `image`, whose planes are laid out and hold the earlier scans.
/// `significant` has a mask of the nonzero AC levels of each stored block of the component whose AC levels a
/// progressive scan carries, and is kept up to date: a refinement, which may touch every block with a few bits of
/// data, reads it instead of the levels. Other scans do not look at it.
/// Throws Error with the byte position when the data is damaged or ends early.
[[nodiscard]] DecodedScan decode_scan(LevelImage& image, std::span<std::uint64_t> significant,
                                      const ScanDecoding& decoding, std::span<const std::uint8_t> file,
                                      std::size_t begin);

}  // namespace beholder
