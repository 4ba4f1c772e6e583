// Scan scripts: which components, bands and bits each scan of a file carries.
#pragma once

#include <vector>

#include "picture/level_image.hpp"

namespace beholder {

/// One scan (T.81 B.2.3). A sequential scan has ss 0, se 63, ah 0, al 0.
struct Scan {
  std::vector<int> components;  // indices into LevelImage::planes, ascending
  int ss = 0;                   // first zigzag position of the band
  int se = kBlockSize - 1;      // last one
  int ah = 0;                   // point transform of the scan before on this band, 0 for the first
  int al = 0;                   // point transform of this scan

  bool operator==(const Scan&) const = default;
};

using ScanScript = std::vector<Scan>;

/// Kinds of script, or the smaller of both.
enum class ScanMode { sequential, progressive, smallest };

/// True when every scan carries whole blocks, so that a sequential frame can hold it.
[[nodiscard]] bool is_sequential(const ScanScript& script);

/// Whether a script must code every coefficient down to its last bit. `partial` is that of a progressive file that stops
/// early, and may bring AC levels first, as decoders accept it.
enum class Coverage { whole, partial };

/// Throws Error, naming the scan, unless the script codes the coefficients of every component, each bit at most once, in
/// an order that a decoder accepts.
void check_script(const ScanScript& script, const LevelImage& image, Coverage coverage = Coverage::whole);

/// The progressive script that libjpeg writes by default (jcparam.c, jpeg_simple_progression).
[[nodiscard]] ScanScript standard_progressive_script(const LevelImage& image);

/// One sequential scan of all components, or one a component where they cannot be interleaved.
[[nodiscard]] ScanScript standard_sequential_script(const LevelImage& image);

}  // namespace beholder
