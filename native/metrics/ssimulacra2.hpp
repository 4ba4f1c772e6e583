// SSIMULACRA 2.1: how alike two sRGB pictures look, 100 for equal ones, below 0 for ruins.
//
// Source of the definition: J. Sneyers (Cloudinary), "SSIMULACRA 2", version 2.1 of April 2023, whose scores on
// processors with fused multiply-adds these are (tests/metrics/ssimulacra2_reference.json).
#pragma once

#include <array>
#include <vector>

#include "metrics/rgb_view.hpp"

namespace beholder {

/// Smallest width and height that the metric is defined for.
inline constexpr int kSsimulacra2MinSide = 8;

/// Which inner loops run. The scores are the same bits; tests hold the two against each other.
enum class Instructions { kFastest, kPortable };

/// An original picture, prepared for comparing many decoded ones with it. Holds 16 bytes a pixel.
class Ssimulacra2Reference {
 public:
  /// Throws Error where a side is below kSsimulacra2MinSide.
  explicit Ssimulacra2Reference(RgbView original, Instructions instructions = Instructions::kFastest);

  /// The score of `decoded`; throws Error where its size is not the original's.
  [[nodiscard]] double score(RgbView decoded) const;

  /// One scale of the original in the metric's colour space (X, Y, B - Y, each about 0..1).
  struct Scale {
    int width = 0;
    int height = 0;
    std::array<std::vector<float>, 3> planes;
  };

 private:
  Instructions instructions_;
  std::vector<Scale> scales_;  // 1:1, 1:2, ... at most 6
};

}  // namespace beholder
