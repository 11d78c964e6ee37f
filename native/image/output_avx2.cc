#if defined(__x86_64__)

#include "image/avx2.h"
#include "image/output.h"

namespace node_libtorch::image {

namespace {

using avx2::Eight;
using avx2::kStep;

/// Values of one channel, or of pixels side by side.
struct Lanes {
  __m256 mean;
  __m256 std;
};

template <bool kNormalize>
AVX2 inline __m256 normalized(__m256 values, const Lanes& lanes) {
  if constexpr (kNormalize) return _mm256_div_ps(_mm256_sub_ps(values, lanes.mean), lanes.std);
  return values;
}

AVX2 inline __m128i to_bfloats(__m256 values) {
  const __m256i bits = _mm256_castps_si256(values);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  const __m256i rounded = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
  const __m256i halves = _mm256_srli_epi32(rounded, 16);
  return _mm_packus_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
}

AVX2 inline void store(__m256 values, float* to) { _mm256_storeu_ps(to, values); }

AVX2 inline void store(__m256 values, c10::BFloat16* to) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), to_bfloats(values));
}

/// Two pixels, without their fourth values; also writes behind them, into a third one.
AVX2 inline void store_two(__m256 values, float* to) {
  _mm_storeu_ps(to, _mm256_castps256_ps128(values));
  _mm_storeu_ps(to + 3, _mm256_extractf128_ps(values, 1));
}

AVX2 inline void store_two(__m256 values, c10::BFloat16* to) {
  const __m128i pixels = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, -1, -1, -1, -1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm_shuffle_epi8(to_bfloats(values), pixels));
}

AVX2 inline __m256 load_two(const uint8_t* from) {
  return _mm256_cvtepi32_ps(
      _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from))));
}

AVX2 inline __m256 load_two(const float* from) { return _mm256_loadu_ps(from); }

/// Channels far from each other. @returns the number of pixels that are written
template <Scale kScale, bool kNormalize, class From, class To>
AVX2 int planes(const From* from, int width, const Values& values, int64_t channel, To* to) {
  Lanes lanes[3];
  for (int c = 0; c < 3; c++) {
    lanes[c] = {_mm256_set1_ps(values.mean[c]), _mm256_set1_ps(values.std[c])};
  }
  int x = 0;
  for (; x + kStep <= width; x += kStep) {
    const Eight of = avx2::load(from + static_cast<size_t>(x) * kPixel);
    store(normalized<kNormalize>(avx2::scaled<kScale>(of.red), lanes[0]), to + x);
    store(normalized<kNormalize>(avx2::scaled<kScale>(of.green), lanes[1]), to + channel + x);
    store(normalized<kNormalize>(avx2::scaled<kScale>(of.blue), lanes[2]), to + channel * 2 + x);
  }
  return x;
}

/// Channels side by side.
template <Scale kScale, bool kNormalize, class From, class To>
AVX2 int interleaved(const From* from, int width, const Values& values, To* to) {
  const auto& m = values.mean;
  const auto& s = values.std;
  const Lanes lanes{_mm256_setr_ps(m[0], m[1], m[2], 0, m[0], m[1], m[2], 0),
                    _mm256_setr_ps(s[0], s[1], s[2], 1, s[0], s[1], s[2], 1)};
  int x = 0;
  for (; x + 3 <= width; x += 2) {
    const __m256 pixels = avx2::scaled<kScale>(load_two(from + static_cast<size_t>(x) * kPixel));
    store_two(normalized<kNormalize>(pixels, lanes), to + static_cast<size_t>(x) * 3);
  }
  return x;
}

template <Scale kScale, bool kNormalize, class From, class To>
AVX2 int some(const From* from, int width, const Values& values, const Strides& strides, To* to) {
  if (strides.column == 1) {
    return planes<kScale, kNormalize>(from, width, values, strides.channel, to);
  }
  if (strides.column == 3 && strides.channel == 1) {
    return interleaved<kScale, kNormalize>(from, width, values, to);
  }
  return 0;
}

template <Scale kScale, class From, class To>
int some(const From* from, int width, const Values& values, const Strides& strides, To* to) {
  return values.normalize ? some<kScale, true>(from, width, values, strides, to)
                          : some<kScale, false>(from, width, values, strides, to);
}

template <class To>
int some(const uint8_t* from, int width, const Values& values, const Strides& strides, To* to) {
  switch (values.scale) {
    case Scale::kDivide:
      return some<Scale::kDivide>(from, width, values, strides, to);
    case Scale::kMultiply:
      return some<Scale::kMultiply>(from, width, values, strides, to);
    default:
      return some<Scale::kAsIs>(from, width, values, strides, to);
  }
}

template <class To>
int some(const float* from, int width, const Values& values, const Strides& strides, To* to) {
  return some<Scale::kAsIs>(from, width, values, strides, to);
}

/// What is left of a row, or all of it in an order of memory that has no kernel, is scalar.
template <auto kRest, class From, class To>
void write(const From* from, int width, const Values& values, const Strides& strides, To* to) {
  const int x = some(from, width, values, strides, to);
  (scalar_output_kernels().*kRest)(from + static_cast<size_t>(x) * kPixel, width - x, values,
                                   strides, to + strides.column * x);
}

/// The channels of four pixels side by side.
AVX2 inline __m128i four(const uint8_t* from) {
  const __m128i channels = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)), channels);
}

AVX2 int byte_planes(const uint8_t* from, int width, int64_t channel, uint8_t* to) {
  constexpr int kPixels = 16;
  const auto store_bytes = [](uint8_t * at, __m128i bytes) __attribute__((target("avx2,fma"))) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(at), bytes);
  };
  int x = 0;
  for (; x + kPixels <= width; x += kPixels, from += kPixels * kPixel) {
    const __m128i p0 = four(from), p1 = four(from + 16), p2 = four(from + 32), p3 = four(from + 48);
    const __m128i low = _mm_unpacklo_epi32(p0, p1);
    const __m128i high = _mm_unpacklo_epi32(p2, p3);
    store_bytes(to + x, _mm_unpacklo_epi64(low, high));
    store_bytes(to + channel + x, _mm_unpackhi_epi64(low, high));
    store_bytes(to + channel * 2 + x,
                _mm_unpacklo_epi64(_mm_unpackhi_epi32(p0, p1), _mm_unpackhi_epi32(p2, p3)));
  }
  return x;
}

AVX2 int interleaved_bytes(const uint8_t* from, int width, uint8_t* to) {
  const __m128i pixels = _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);
  int x = 0;
  // Four pixels, and into two more.
  for (; x + 6 <= width; x += 4) {
    const __m128i four =
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + static_cast<size_t>(x) * kPixel));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + static_cast<size_t>(x) * 3),
                     _mm_shuffle_epi8(four, pixels));
  }
  return x;
}

void bytes(const uint8_t* from, int width, const Strides& strides, uint8_t* to) {
  int x = 0;
  if (strides.column == 1) x = byte_planes(from, width, strides.channel, to);
  if (strides.column == 3 && strides.channel == 1) x = interleaved_bytes(from, width, to);
  scalar_output_kernels().bytes(from + static_cast<size_t>(x) * kPixel, width - x, strides,
                                to + strides.column * x);
}

}  // namespace

OutputKernels avx2_output_kernels() {
  return {bytes, write<&OutputKernels::floats, uint8_t, float>,
          write<&OutputKernels::bfloats, uint8_t, c10::BFloat16>,
          write<&OutputKernels::floats_of_floats, float, float>,
          write<&OutputKernels::bfloats_of_floats, float, c10::BFloat16>};
}

}  // namespace node_libtorch::image

#endif
