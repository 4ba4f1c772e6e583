// Eight floats that the compiler keeps in vector registers where the processor has them.
//
// Lane-wise arithmetic only: nothing is reassociated or fused, so every processor gets the same result.
#pragma once

#include <cstdint>
#include <cstring>

namespace beholder {

#if defined(__GNUC__)
using Float8 = float __attribute__((vector_size(32)));
using Int8 = std::int32_t __attribute__((vector_size(32)));
using Short8 = std::int16_t __attribute__((vector_size(16)));
#else
struct Float8 {
  float lanes[8];
  friend Float8 operator+(Float8 a, const Float8& b) {
    for (int i = 0; i < 8; ++i) a.lanes[i] += b.lanes[i];
    return a;
  }
  friend Float8 operator-(Float8 a, const Float8& b) {
    for (int i = 0; i < 8; ++i) a.lanes[i] -= b.lanes[i];
    return a;
  }
  friend Float8 operator*(Float8 a, const Float8& b) {
    for (int i = 0; i < 8; ++i) a.lanes[i] *= b.lanes[i];
    return a;
  }
  friend Float8 operator*(float a, const Float8& b) { return Float8{a, a, a, a, a, a, a, a} * b; }
};
#endif

[[gnu::always_inline]] inline Float8 load8(const float* source) {
  Float8 value;
  std::memcpy(&value, source, sizeof value);
  return value;
}

[[gnu::always_inline]] inline void store8(const Float8& value, float* target) {
  std::memcpy(target, &value, sizeof value);
}

/// Writes the lanes rounded to nearest; they must lie within -32767..32767.
[[gnu::always_inline]] inline void store8_rounded(const Float8& value, std::int16_t* target) {
  // Adding and subtracting 1.5 * 2^23 rounds any float below 2^22 to the nearest integer.
  constexpr float kMagic = 12582912.0F;
#if defined(__GNUC__)
  const Float8 rounded = (value + kMagic) - kMagic;
  const Short8 narrow = __builtin_convertvector(__builtin_convertvector(rounded, Int8), Short8);
  std::memcpy(target, &narrow, sizeof narrow);
#else
  for (int i = 0; i < 8; ++i) target[i] = static_cast<std::int16_t>((value.lanes[i] + kMagic) - kMagic);
#endif
}

/// Lanes limited to -limit..limit.
[[gnu::always_inline]] inline Float8 clamp8(Float8 value, float limit) {
#if defined(__GNUC__)
  const Float8 high = Float8{} + limit;
  const Float8 low = Float8{} - limit;
  value = value > high ? high : value;
  return value < low ? low : value;
#else
  for (float& lane : value.lanes) lane = lane > limit ? limit : (lane < -limit ? -limit : lane);
  return value;
#endif
}

}  // namespace beholder
