#if defined(__x86_64__)

#include <cstring>

#include "image/avx2.h"
#include "image/resize.h"

namespace node_libtorch::image {

namespace {

/// What rounds sums of which mix_pixels() makes two halves.
AVX2 inline __m256i half_of(const Axis& axis) {
  return _mm256_zextsi128_si256(_mm_set1_epi32(1 << (axis.precision() - 1)));
}

/// Of one column, `Rows` rows: sums of red, green, blue and the rest of the even places in the
/// lower half, of the odd ones in the upper half. Two neighbouring pixels go through one
/// multiply-add, four in one step.
template <int Rows>
AVX2 inline void mix_pixels(const uint8_t* in, size_t in_stride, const Axis& axis, int x,
                            __m256i half, __m256i* sums) {
  // Channels of two pixels side by side, as 16 bits: r0 r1 g0 g1 b0 b1 x0 x1; pixels 2 and 3 in the
  // upper half.
  const __m256i pairs =
      _mm256_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1,  //
                       8, -1, 12, -1, 9, -1, 13, -1, 10, -1, 14, -1, 11, -1, 15, -1);
  const __m256i spread = _mm256_setr_epi8(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,  //
                                          4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7);
  const auto [start, count] = axis.place(x);
  const int16_t* weights = axis.weights(x);
  const uint8_t* from = in + static_cast<size_t>(start) * kPixel;
  for (int r = 0; r < Rows; r++) sums[r] = half;
  for (int j = 0; j < count; j += 4) {
    const __m128i four = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(weights + j));
    const __m256i weight = _mm256_shuffle_epi8(_mm256_broadcastq_epi64(four), spread);
    for (int r = 0; r < Rows; r++) {
      const __m128i pixels =
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + in_stride * r + j * kPixel));
      const __m256i words = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(pixels), pairs);
      sums[r] = _mm256_add_epi32(sums[r], _mm256_madd_epi16(words, weight));
    }
  }
}

/// The halves of each of two rows added: the first row's in the lower half.
AVX2 inline __m256i fold(__m256i first, __m256i second, __m128i precision) {
  const __m256i outer = _mm256_blend_epi32(first, second, 0xf0);
  const __m256i inner = _mm256_permute2x128_si256(first, second, 0x21);
  return _mm256_sra_epi32(_mm256_add_epi32(outer, inner), precision);
}

AVX2 inline void store_pixel(uint8_t* to, int32_t pixel) { std::memcpy(to, &pixel, sizeof pixel); }

/// Two pixels of every other row.
AVX2 inline void store_pixels(__m128i pixels, uint8_t* to, uint8_t* second) {
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to), pixels);
  _mm_storeh_pi(reinterpret_cast<__m64*>(second), _mm_castsi128_ps(pixels));
}

/// Of four rows to come. A crop of a large picture is too short a run for the processor to foresee.
inline void prefetch_four(const uint8_t* at, size_t stride) {
  for (int row = 0; row < 4; row++, at += stride) __builtin_prefetch(at);
}

/// Four rows: they share the loading of weights.
AVX2 void four_rows(const uint8_t* in, size_t in_stride, const Axis& axis, uint8_t* out,
                    size_t out_stride) {
  const __m128i precision = _mm_cvtsi32_si128(axis.precision());
  const __m256i half = half_of(axis);
  int x = 0;
  for (; x + 2 <= axis.size(); x += 2, out += 2 * kPixel) {
    __m256i left[4];
    __m256i right[4];
    prefetch_four(in + static_cast<size_t>(axis.place(x).start) * kPixel + in_stride * 4,
                  in_stride);
    mix_pixels<4>(in, in_stride, axis, x, half, left);
    mix_pixels<4>(in, in_stride, axis, x + 1, half, right);
    const __m256i rows01 =
        _mm256_packs_epi32(fold(left[0], left[1], precision), fold(right[0], right[1], precision));
    const __m256i rows23 =
        _mm256_packs_epi32(fold(left[2], left[3], precision), fold(right[2], right[3], precision));
    const __m256i bytes = _mm256_packus_epi16(rows01, rows23);
    store_pixels(_mm256_castsi256_si128(bytes), out, out + out_stride * 2);
    store_pixels(_mm256_extracti128_si256(bytes, 1), out + out_stride, out + out_stride * 3);
  }
  if (x == axis.size()) return;
  __m256i sums[4];
  mix_pixels<4>(in, in_stride, axis, x, half, sums);
  const __m256i words =
      _mm256_packs_epi32(fold(sums[0], sums[1], precision), fold(sums[2], sums[3], precision));
  const __m256i bytes = _mm256_packus_epi16(words, words);
  const __m128i even = _mm256_castsi256_si128(bytes);
  const __m128i odd = _mm256_extracti128_si256(bytes, 1);
  store_pixel(out, _mm_extract_epi32(even, 0));
  store_pixel(out + out_stride, _mm_extract_epi32(odd, 0));
  store_pixel(out + out_stride * 2, _mm_extract_epi32(even, 1));
  store_pixel(out + out_stride * 3, _mm_extract_epi32(odd, 1));
}

AVX2 void one_row(const uint8_t* in, const Axis& axis, uint8_t* out) {
  const __m128i precision = _mm_cvtsi32_si128(axis.precision());
  const __m256i half = half_of(axis);
  for (int x = 0; x < axis.size(); x++, out += kPixel) {
    __m256i sum;
    mix_pixels<1>(in, 0, axis, x, half, &sum);
    const __m256i words = _mm256_packs_epi32(fold(sum, sum, precision), sum);
    store_pixel(out, _mm256_cvtsi256_si32(_mm256_packus_epi16(words, words)));
  }
}

AVX2 void columns(const uint8_t* in, size_t in_stride, int rows, const Axis& axis, uint8_t* out,
                  size_t out_stride) {
  int y = 0;
  for (; y + 4 <= rows; y += 4) {
    four_rows(in + in_stride * y, in_stride, axis, out + out_stride * y, out_stride);
  }
  for (; y < rows; y++) one_row(in + in_stride * y, axis, out + out_stride * y);
}

/// Bytes `i` to `i + 32` of a row.
AVX2 inline __m256i mix(const uint8_t* in, size_t in_stride, const int16_t* weights, int count,
                        __m256i half, __m128i precision) {
  const __m256i zero = _mm256_setzero_si256();
  __m256i sums[4] = {half, half, half, half};
  for (int j = 0; j < count; j += 2) {
    // A last row without a partner is its own; the weight behind the last one is zero.
    const uint8_t* second = in + in_stride * (j + 1 < count ? j + 1 : j);
    const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in + in_stride * j));
    const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(second));
    int32_t pair;
    std::memcpy(&pair, weights + j, sizeof pair);
    const __m256i weight = _mm256_set1_epi32(pair);
    const __m256i low = _mm256_unpacklo_epi8(a, b);
    const __m256i high = _mm256_unpackhi_epi8(a, b);
    const __m256i words[4] = {_mm256_unpacklo_epi8(low, zero), _mm256_unpackhi_epi8(low, zero),
                              _mm256_unpacklo_epi8(high, zero), _mm256_unpackhi_epi8(high, zero)};
    for (int k = 0; k < 4; k++) {
      sums[k] = _mm256_add_epi32(sums[k], _mm256_madd_epi16(words[k], weight));
    }
  }
  for (__m256i& sum : sums) sum = _mm256_sra_epi32(sum, precision);
  return _mm256_packus_epi16(_mm256_packs_epi32(sums[0], sums[1]),
                             _mm256_packs_epi32(sums[2], sums[3]));
}

AVX2 void row(const uint8_t* in, size_t in_stride, const int16_t* weights, int count, int precision,
              int width, uint8_t* out) {
  const __m256i half = _mm256_set1_epi32(1 << (precision - 1));
  const __m128i shift = _mm_cvtsi32_si128(precision);
  const int bytes = width * kPixel;
  int i = 0;
  for (; i + 32 <= bytes; i += 32) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i),
                        mix(in + i, in_stride, weights, count, half, shift));
  }
  if (i < bytes) {
    alignas(32) uint8_t last[32];
    _mm256_store_si256(reinterpret_cast<__m256i*>(last),
                       mix(in + i, in_stride, weights, count, half, shift));
    std::memcpy(out + i, last, bytes - i);
  }
}

template <Scale kScale>
AVX2 void scale_row(const uint8_t* in, int width, float* out) {
  constexpr int kStep = 8;
  const int count = width * kPixel;
  int i = 0;
  for (; i + kStep <= count; i += kStep) {
    const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(in + i));
    const __m256 values = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes));
    _mm256_storeu_ps(out + i, avx2::scaled<kScale>(values));
  }
  scalar_float_resize_kernels().to_floats(in + i, (count - i) / kPixel, kScale, out + i);
}

void to_floats(const uint8_t* in, int width, Scale scale, float* out) {
  switch (scale) {
    case Scale::kDivide:
      return scale_row<Scale::kDivide>(in, width, out);
    case Scale::kMultiply:
      return scale_row<Scale::kMultiply>(in, width, out);
    default:
      return scale_row<Scale::kAsIs>(in, width, out);
  }
}

struct Rounded {
  AVX2 __m256 operator()(__m256 a, __m256 b, __m256 sum) const {
    return _mm256_add_ps(sum, _mm256_mul_ps(a, b));
  }
};

struct Fused {
  AVX2 __m256 operator()(__m256 a, __m256 b, __m256 sum) const {
    return _mm256_fmadd_ps(a, b, sum);
  }
};

template <int Pairs, class Add>
AVX2 inline void add_pixels(const float* in, size_t in_stride, float weight, __m256* sums) {
  const __m256 by = _mm256_set1_ps(weight);
  for (int r = 0; r < Pairs; r++) {
    sums[r] = Add{}(avx2::two(in + in_stride * r * 2, in_stride), by, sums[r]);
  }
}

/// `Pairs` times two rows at once: a pixel of each fills one register.
template <int Pairs>
AVX2 void some_float_columns(const float* in, size_t in_stride, const Axis& axis, float* out,
                             size_t out_stride) {
  for (int x = 0; x < axis.size(); x++) {
    const auto [start, count] = axis.place(x);
    const float* weights = axis.float_weights(x);
    const float* from = in + static_cast<size_t>(start) * kPixel;
    __m256 sums[Pairs];
    const __m256 first = _mm256_set1_ps(weights[0]);
    for (int r = 0; r < Pairs; r++) {
      sums[r] = _mm256_mul_ps(avx2::two(from + in_stride * r * 2, in_stride), first);
    }
    int j = 1;
    for (const int end = fused_from(count); j < end; j++) {
      add_pixels<Pairs, Rounded>(from + static_cast<size_t>(j) * kPixel, in_stride, weights[j],
                                 sums);
    }
    for (; j < count; j++) {
      add_pixels<Pairs, Fused>(from + static_cast<size_t>(j) * kPixel, in_stride, weights[j], sums);
    }
    float* to = out + static_cast<size_t>(x) * kPixel;
    for (int r = 0; r < Pairs; r++) {
      avx2::store_two(to + out_stride * r * 2, out_stride, sums[r]);
    }
  }
}

AVX2 void float_columns(const float* in, size_t in_stride, int rows, const Axis& axis, float* out,
                        size_t out_stride) {
  constexpr int kFloatRows = 8;
  int y = 0;
  for (; y + kFloatRows <= rows; y += kFloatRows) {
    some_float_columns<kFloatRows / 2>(in + in_stride * y, in_stride, axis, out + out_stride * y,
                                       out_stride);
  }
  for (; y + 2 <= rows; y += 2) {
    some_float_columns<1>(in + in_stride * y, in_stride, axis, out + out_stride * y, out_stride);
  }
  if (y < rows) {
    scalar_float_resize_kernels().columns(in + in_stride * y, in_stride, 1, axis,
                                          out + out_stride * y, out_stride);
  }
}

AVX2 void float_row(const float* in, size_t in_stride, const float* weights, int count, int width,
                    float* out) {
  constexpr int kStep = 8;
  const int values = width * kPixel;
  int i = 0;
  for (; i + kStep <= values; i += kStep) {
    __m256 sum = _mm256_mul_ps(_mm256_loadu_ps(in + i), _mm256_set1_ps(weights[0]));
    int j = 1;
    for (const int end = fused_from(count); j < end; j++) {
      sum = Rounded{}(_mm256_loadu_ps(in + in_stride * j + i), _mm256_set1_ps(weights[j]), sum);
    }
    for (; j < count; j++) {
      sum = Fused{}(_mm256_loadu_ps(in + in_stride * j + i), _mm256_set1_ps(weights[j]), sum);
    }
    _mm256_storeu_ps(out + i, sum);
  }
  scalar_float_resize_kernels().row(in + i, in_stride, weights, count, (values - i) / kPixel,
                                    out + i);
}

}  // namespace

ResizeKernels avx2_resize_kernels() { return {columns, row}; }

FloatResizeKernels avx2_float_resize_kernels() { return {to_floats, float_columns, float_row}; }

}  // namespace node_libtorch::image

#endif
