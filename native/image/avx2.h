// Pixels in AVX2 registers. Functions are compiled for AVX2 one by one: nothing else in the addon
// may use it.

#pragma once

#include <immintrin.h>

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "image/output.h"

#define AVX2 __attribute__((target("avx2,fma")))

namespace node_libtorch::image::avx2 {

/// Pixels in one step.
inline constexpr int kStep = 8;

/// Of `count` bytes or pixels, those that a factor does not take out of the range of int32: all or
/// none.
inline size_t within_range(size_t count, float factor) {
  constexpr float kMost = 1 << 20;
  return std::abs(factor) <= kMost ? count : 0;
}

/// Eight pixels, channel by channel.
struct Eight {
  __m256 red;
  __m256 green;
  __m256 blue;
};

template <char kChannel>
AVX2 inline __m256 channel(__m256i pixels) {
  constexpr char a = kChannel, b = a + kPixel, c = b + kPixel, d = c + kPixel;
  const __m128i bytes = _mm_setr_epi8(a, -1, -1, -1, b, -1, -1, -1, c, -1, -1, -1, d, -1, -1, -1);
  return _mm256_cvtepi32_ps(_mm256_shuffle_epi8(pixels, _mm256_broadcastsi128_si256(bytes)));
}

AVX2 inline Eight load(const uint8_t* at) {
  const __m256i pixels = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  return {channel<0>(pixels), channel<1>(pixels), channel<2>(pixels)};
}

/// Two pixels of floats, `far` floats apart.
AVX2 inline __m256 two(const float* at, size_t far) {
  return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(at)), _mm_loadu_ps(at + far), 1);
}

AVX2 inline Eight load(const float* at) {
  // Pixels 0 to 3 in the lower halves, 4 to 7 in the upper ones: each is a 4 x 4 matrix to be
  // turned.
  const __m256 p0 = two(at, 16);
  const __m256 p1 = two(at + 4, 16);
  const __m256 p2 = two(at + 8, 16);
  const __m256 p3 = two(at + 12, 16);
  const __m256 red_green_01 = _mm256_unpacklo_ps(p0, p1);
  const __m256 red_green_23 = _mm256_unpacklo_ps(p2, p3);
  const __m256 blue_01 = _mm256_unpackhi_ps(p0, p1);
  const __m256 blue_23 = _mm256_unpackhi_ps(p2, p3);
  return {_mm256_shuffle_ps(red_green_01, red_green_23, 0x44),
          _mm256_shuffle_ps(red_green_01, red_green_23, 0xee),
          _mm256_shuffle_ps(blue_01, blue_23, 0x44)};
}

/// Values within the range of int32, without their fraction, cut off at 0 and 255: packing does
/// that, and leaves the ports of arithmetic alone.
AVX2 inline void store(uint8_t* at, __m256 red, __m256 green, __m256 blue) {
  const __m256i red_green =
      _mm256_packs_epi32(_mm256_cvttps_epi32(red), _mm256_cvttps_epi32(green));
  const __m256i blue_zero = _mm256_packs_epi32(_mm256_cvttps_epi32(blue), _mm256_setzero_si256());
  const __m128i pixels = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(at),
                      _mm256_shuffle_epi8(_mm256_packus_epi16(red_green, blue_zero),
                                          _mm256_broadcastsi128_si256(pixels)));
}

AVX2 inline void store_two(float* at, size_t far, __m256 pixels) {
  _mm_storeu_ps(at, _mm256_castps256_ps128(pixels));
  _mm_storeu_ps(at + far, _mm256_extractf128_ps(pixels, 1));
}

AVX2 inline void store(float* at, __m256 red, __m256 green, __m256 blue) {
  const __m256 red_green_01 = _mm256_unpacklo_ps(red, green);
  const __m256 red_green_23 = _mm256_unpackhi_ps(red, green);
  const __m256 blue_01 = _mm256_unpacklo_ps(blue, blue);
  const __m256 blue_23 = _mm256_unpackhi_ps(blue, blue);
  store_two(at, 16, _mm256_shuffle_ps(red_green_01, blue_01, 0x44));
  store_two(at + 4, 16, _mm256_shuffle_ps(red_green_01, blue_01, 0xee));
  store_two(at + 8, 16, _mm256_shuffle_ps(red_green_23, blue_23, 0x44));
  store_two(at + 12, 16, _mm256_shuffle_ps(red_green_23, blue_23, 0xee));
}

/// Bytes to u / 255. The remainder of the product corrects it: the same as a division for all 256
/// bytes, in a third of the time.
AVX2 inline __m256 by_255(__m256 bytes) {
  const __m256 inverse = _mm256_set1_ps(1.f / 255);
  const __m256 near = _mm256_mul_ps(bytes, inverse);
  const __m256 rest = _mm256_fnmadd_ps(near, _mm256_set1_ps(255.f), bytes);
  return _mm256_fmadd_ps(rest, inverse, near);
}

template <Scale kScale>
AVX2 inline __m256 scaled(__m256 bytes) {
  if constexpr (kScale == Scale::kDivide) return by_255(bytes);
  if constexpr (kScale == Scale::kMultiply) {
    return _mm256_mul_ps(bytes, _mm256_set1_ps(static_cast<float>(1.0 / 255)));
  }
  return bytes;
}

}  // namespace node_libtorch::image::avx2
