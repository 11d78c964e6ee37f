#if defined(__x86_64__)

#include "image/avx2.h"
#include "image/sharpness.h"

namespace node_libtorch::image {

namespace {

/// Values in one step.
constexpr size_t kValues = 16;

AVX2 inline __m256i load(const uint8_t* at) {
  return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
}

/// The sum of a pixel and those beside it.
AVX2 inline __m256i three(const uint8_t* at) {
  return _mm256_add_epi16(_mm256_add_epi16(load(at - kPixel), load(at)), load(at + kPixel));
}

AVX2 inline __m256 to_floats(__m128i words) {
  return _mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(words));
}

/// Eight of the values, as integers without their fraction.
AVX2 inline __m256i blend(__m128i pixels, __m128i steps, __m256 share) {
  return _mm256_cvttps_epi32(_mm256_fmadd_ps(to_floats(steps), share, to_floats(pixels)));
}

}  // namespace

AVX2 void avx2_sharpen_row(const ThreeRows& rows, size_t from, size_t end, float share,
                           uint8_t* to) {
  const __m256 by = _mm256_set1_ps(share);
  size_t i = from;
  for (const size_t last = avx2::within_range(end, share); i + kValues <= last; i += kValues) {
    const __m256i pixels = load(rows.middle + i);
    const __m256i around = _mm256_add_epi16(
        _mm256_add_epi16(three(rows.above + i), three(rows.middle + i)), three(rows.below + i));
    const __m256i sum = _mm256_add_epi16(around, _mm256_slli_epi16(pixels, 2));
    // A division by 13, exact for numbers below 6553.
    const __m256i smooth = _mm256_mulhi_epu16(_mm256_add_epi16(sum, _mm256_set1_epi16(6)),
                                              _mm256_set1_epi16(65536 / 13 + 1));
    const __m256i steps = _mm256_sub_epi16(smooth, pixels);
    const __m256i low = blend(_mm256_castsi256_si128(pixels), _mm256_castsi256_si128(steps), by);
    const __m256i high =
        blend(_mm256_extracti128_si256(pixels, 1), _mm256_extracti128_si256(steps, 1), by);
    // Packing cuts off at 0 and 255.
    const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0xd8);
    const __m128i bytes =
        _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i), bytes);
  }
  scalar_sharpen_row(rows, i, end, share, to);
}

}  // namespace node_libtorch::image

#endif
