// Which levels of a block are nonzero, as 64-bit masks: what scan coding iterates over instead of the levels.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "picture/level_image.hpp"

namespace beholder {

inline constexpr int kMaxPointTransform = 13;  // largest Al (T.81 Table B.3)

/// Bit i is set when |level at zigzag position i| >> al is not zero. `block` points to 64 levels, al is 0..13.
[[nodiscard]] std::uint64_t significance_mask(const std::int16_t* block, int al);

/// The same without vector instructions.
[[nodiscard]] std::uint64_t significance_mask_plain(const std::int16_t* block, int al);

/// The masks of every stored block of an image, by component and point transform, each computed when first asked for.
/// Holds a view of the image: the image must outlive it and keep its levels. Not for concurrent use.
class SignificanceMasks {
 public:
  /// Throws Error when the planes are inconsistent or a level is outside what an 8-bit JPEG holds (see check_image).
  explicit SignificanceMasks(const LevelImage& image);

  [[nodiscard]] const LevelImage& image() const { return *image_; }

  /// One mask a stored block, raster order.
  [[nodiscard]] std::span<const std::uint64_t> of(int component, int al);

 private:
  const LevelImage* image_;
  std::vector<std::array<std::vector<std::uint64_t>, kMaxPointTransform + 1>> masks_;
};

}  // namespace beholder
