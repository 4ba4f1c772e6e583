#include "bitstream/significance.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "picture/frame.hpp"
#include "platform/error.hpp"

#if defined(__SSE2__) || defined(_M_X64)
#include <emmintrin.h>
#endif

namespace beholder {
namespace {

/// Throws unless every level of the block is one that 8-bit JPEG can code.
void check_levels(const std::int16_t* block, int component, std::size_t index) {
  int largest = 0;
  for (int i = 1; i < kBlockSize; ++i) largest = std::max(largest, std::abs(static_cast<int>(block[i])));
  const int dc = std::abs(static_cast<int>(block[0]));
  if (largest <= kMaxAcLevel && dc <= kMaxDcLevel) return;
  const bool is_ac = largest > kMaxAcLevel;
  throw Error("component " + std::to_string(component) + ", block " + std::to_string(index) + ": " +
              (is_ac ? "AC" : "DC") + " level of magnitude " + std::to_string(is_ac ? largest : dc) +
              "; 8-bit JPEG holds AC levels within +-1023 and DC levels within +-2047");
}

}  // namespace

std::uint64_t significance_mask_plain(const std::int16_t* block, int al) {
  std::uint64_t mask = 0;
  for (int i = 0; i < kBlockSize; ++i) {
    const bool significant = (std::abs(static_cast<int>(block[i])) >> al) != 0;
    mask |= static_cast<std::uint64_t>(significant) << i;
  }
  return mask;
}

#if defined(__SSE2__) || defined(_M_X64)

std::uint64_t significance_mask(const std::int16_t* block, int al) {
  const __m128i zero = _mm_setzero_si128();
  const __m128i shift = _mm_cvtsi32_si128(al);
  const auto magnitude = [&](int index) {
    const __m128i level = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block) + index);
    // Saturation turns -32768 into 32767, which is as significant.
    return _mm_srl_epi16(_mm_max_epi16(level, _mm_subs_epi16(zero, level)), shift);
  };
  std::uint64_t zeros = 0;
  for (int i = 0; i < 4; ++i) {
    const __m128i bytes = _mm_packs_epi16(magnitude(2 * i), magnitude(2 * i + 1));
    const auto bits = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, zero)));
    zeros |= static_cast<std::uint64_t>(bits) << (16 * i);
  }
  return ~zeros;
}

#else

std::uint64_t significance_mask(const std::int16_t* block, int al) { return significance_mask_plain(block, al); }

#endif

SignificanceMasks::SignificanceMasks(const LevelImage& image) : image_(&image), masks_(image.planes.size()) {
  check_frame(image);
  for (std::size_t component = 0; component < image.planes.size(); ++component) {
    const Plane& plane = image.planes[component];
    const std::size_t blocks = plane.levels.size() / kBlockSize;
    for (std::size_t i = 0; i < blocks; ++i) {
      check_levels(plane.levels.data() + i * kBlockSize, static_cast<int>(component), i);
    }
  }
}

std::span<const std::uint64_t> SignificanceMasks::of(int component, int al) {
  std::vector<std::uint64_t>& masks = masks_[component][al];
  const LargeVector<std::int16_t>& levels = image_->planes[component].levels;
  if (masks.empty()) {
    masks.resize(levels.size() / kBlockSize);
    for (std::size_t i = 0; i < masks.size(); ++i) masks[i] = significance_mask(levels.data() + i * kBlockSize, al);
  }
  return masks;
}

}  // namespace beholder
