#if defined(__x86_64__)

#include "image/avx2.h"
#include "image/cascade.h"
#include "image/colour.h"

namespace node_libtorch::image {

namespace {

using avx2::Eight;
using avx2::kStep;
using avx2::within_range;

AVX2 inline __m256 bounded(__m256 values, float most) {
  return _mm256_min_ps(_mm256_max_ps(values, _mm256_setzero_ps()), _mm256_set1_ps(most));
}

/// Cuts off at black and white, and drops the fraction of bytes.
AVX2 inline void store(uint8_t* to, const Eight& of) { avx2::store(to, of.red, of.green, of.blue); }

AVX2 inline void store(float* to, const Eight& of) {
  avx2::store(to, bounded(of.red, 1), bounded(of.green, 1), bounded(of.blue, 1));
}

AVX2 inline __m256 exact_luma(const Eight& of) {
  const __m256 red = _mm256_mul_ps(of.red, _mm256_set1_ps(0.2989f));
  const __m256 two = _mm256_fmadd_ps(of.green, _mm256_set1_ps(0.587f), red);
  return _mm256_fmadd_ps(of.blue, _mm256_set1_ps(0.114f), two);
}

AVX2 inline __m256 luma(const Eight& of, const uint8_t*) { return _mm256_floor_ps(exact_luma(of)); }
AVX2 inline __m256 luma(const Eight& of, const float*) { return exact_luma(of); }

template <class T>
T* at(T* pixels, size_t i) {
  return pixels + i * kPixel;
}

template <class T>
AVX2 void scale(T* pixels, size_t count, float factor) {
  const __m256 by = _mm256_set1_ps(factor);
  size_t i = 0;
  for (const size_t end = within_range(count, factor); i + kStep <= end; i += kStep) {
    const Eight of = avx2::load(at(pixels, i));
    store(at(pixels, i),
          {_mm256_mul_ps(of.red, by), _mm256_mul_ps(of.green, by), _mm256_mul_ps(of.blue, by)});
  }
  scalar_colour_kernels<T>().scale(at(pixels, i), count - i, factor);
}

template <class T>
AVX2 inline void blend(T* pixels, const Eight& of, __m256 by, __m256 other, __m256 share) {
  store(pixels, {_mm256_fmadd_ps(other, share, _mm256_mul_ps(of.red, by)),
                 _mm256_fmadd_ps(other, share, _mm256_mul_ps(of.green, by)),
                 _mm256_fmadd_ps(other, share, _mm256_mul_ps(of.blue, by))});
}

template <class T>
AVX2 void blend_constant(T* pixels, size_t count, float factor, float constant, float share) {
  const __m256 by = _mm256_set1_ps(factor);
  const __m256 other = _mm256_set1_ps(constant);
  const __m256 part = _mm256_set1_ps(share);
  size_t i = 0;
  for (const size_t end = within_range(count, factor); i + kStep <= end; i += kStep) {
    blend(at(pixels, i), avx2::load(at(pixels, i)), by, other, part);
  }
  scalar_colour_kernels<T>().blend_constant(at(pixels, i), count - i, factor, constant, share);
}

template <class T>
AVX2 void blend_luma(T* pixels, size_t count, float factor, float share) {
  const __m256 by = _mm256_set1_ps(factor);
  const __m256 part = _mm256_set1_ps(share);
  size_t i = 0;
  for (const size_t end = within_range(count, factor); i + kStep <= end; i += kStep) {
    const Eight of = avx2::load(at(pixels, i));
    blend(at(pixels, i), of, by, luma(of, pixels), part);
  }
  scalar_colour_kernels<T>().blend_luma(at(pixels, i), count - i, factor, share);
}

template <class T>
AVX2 inline __m256 eight_lumas(const T* pixels, size_t i) {
  return luma(avx2::load(at(pixels, i * cascade::kLanes)), pixels);
}

/// As the scalar one, with registers for the sums.
template <class T>
AVX2 float sum_luma(const T* pixels, size_t count) {
  using cascade::kColumns, cascade::kLanes, cascade::kLevels;
  const size_t eights = count / kLanes;
  const size_t rows = eights / kColumns;
  const int power = cascade::power_of(rows);
  __m256 sums[kLevels][kColumns];
  for (auto& level : sums) {
    for (__m256& sum : level) sum = _mm256_setzero_ps();
  }
  size_t i = 0;
  for (size_t row = 0; row < rows;) {
    for (size_t c = 0; c < kColumns; c++, i++) {
      sums[0][c] = _mm256_add_ps(sums[0][c], eight_lumas(pixels, i));
    }
    if (++row % (size_t{1} << power) != 0) continue;
    for (size_t level = 0; level <= cascade::highest_emptied(row, power); level++) {
      for (size_t c = 0; c < kColumns; c++) {
        sums[level + 1][c] = _mm256_add_ps(sums[level + 1][c], sums[level][c]);
        sums[level][c] = _mm256_setzero_ps();
      }
    }
  }
  for (size_t level = 1; level < kLevels; level++) {
    for (size_t c = 0; c < kColumns; c++) {
      sums[0][c] = _mm256_add_ps(sums[0][c], sums[level][c]);
    }
  }
  for (; i < eights; i++) sums[0][0] = _mm256_add_ps(sums[0][0], eight_lumas(pixels, i));
  for (size_t c = 1; c < kColumns; c++) sums[0][0] = _mm256_add_ps(sums[0][0], sums[0][c]);
  // Fewer than eight: in order.
  const size_t done = eights * kLanes;
  float sum = scalar_colour_kernels<T>().sum_luma(at(pixels, done), count - done);
  alignas(32) float lanes[kLanes];
  _mm256_store_ps(lanes, sums[0][0]);
  for (const float lane : lanes) sum += lane;
  return sum;
}

AVX2 inline Eight units(const Eight& of, const uint8_t*) {
  const __m256 unit = _mm256_set1_ps(static_cast<float>(1.0 / 255));
  return {_mm256_mul_ps(of.red, unit), _mm256_mul_ps(of.green, unit), _mm256_mul_ps(of.blue, unit)};
}
AVX2 inline Eight units(const Eight& of, const float*) { return of; }

AVX2 inline void store_units(uint8_t* to, const Eight& of) {
  const __m256 bytes = _mm256_set1_ps(static_cast<float>(256 - 1e-3));
  avx2::store(to, _mm256_mul_ps(of.red, bytes), _mm256_mul_ps(of.green, bytes),
              _mm256_mul_ps(of.blue, bytes));
}
AVX2 inline void store_units(float* to, const Eight& of) {
  avx2::store(to, of.red, of.green, of.blue);
}

AVX2 inline __m256 equal(__m256 a, __m256 b) { return _mm256_cmp_ps(a, b, _CMP_EQ_OQ); }

/// The first choice whose condition holds.
AVX2 inline __m256 choose(__m256 first, __m256 a, __m256 second, __m256 b, __m256 c) {
  return _mm256_blendv_ps(_mm256_blendv_ps(c, b, second), a, first);
}

/// The remainder of a division by 1, with the sign of the number: exact.
AVX2 inline __m256 fraction(__m256 values) {
  return _mm256_sub_ps(values, _mm256_round_ps(values, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC));
}

struct Hsv {
  __m256 hue;
  __m256 saturation;
  __m256 value;
};

AVX2 inline Hsv to_hsv(const Eight& of) {
  const __m256 one = _mm256_set1_ps(1);
  const __m256 value = _mm256_max_ps(_mm256_max_ps(of.red, of.green), of.blue);
  const __m256 least = _mm256_min_ps(_mm256_min_ps(of.red, of.green), of.blue);
  const __m256 range = _mm256_sub_ps(value, least);
  const __m256 grey = equal(range, _mm256_setzero_ps());
  const __m256 saturation = _mm256_div_ps(range, _mm256_blendv_ps(value, one, grey));
  const __m256 divisor = _mm256_blendv_ps(range, one, grey);
  const __m256 from_red = _mm256_div_ps(_mm256_sub_ps(value, of.red), divisor);
  const __m256 from_green = _mm256_div_ps(_mm256_sub_ps(value, of.green), divisor);
  const __m256 from_blue = _mm256_div_ps(_mm256_sub_ps(value, of.blue), divisor);
  const __m256 sixths =
      choose(equal(value, of.red), _mm256_sub_ps(from_blue, from_green), equal(value, of.green),
             _mm256_sub_ps(_mm256_add_ps(from_red, _mm256_set1_ps(2)), from_blue),
             _mm256_sub_ps(_mm256_add_ps(from_green, _mm256_set1_ps(4)), from_red));
  const __m256 rounds = _mm256_mul_ps(sixths, _mm256_set1_ps(static_cast<float>(1.0 / 6)));
  return {fraction(_mm256_add_ps(rounds, one)), saturation, value};
}

AVX2 inline Eight to_rgb(const Hsv& of) {
  const __m256 one = _mm256_set1_ps(1);
  const __m256 sixths = _mm256_mul_ps(of.hue, _mm256_set1_ps(6));
  const __m256 sector = _mm256_floor_ps(sixths);
  const __m256 shade = _mm256_mul_ps(of.saturation, _mm256_sub_ps(sixths, sector));
  const __m256 paleness = _mm256_sub_ps(one, of.saturation);
  const __m256 v = of.value;
  const __m256 q = bounded(_mm256_mul_ps(_mm256_sub_ps(one, shade), v), 1);
  const __m256 t = bounded(_mm256_mul_ps(_mm256_add_ps(shade, paleness), v), 1);
  const __m256 p = bounded(_mm256_mul_ps(paleness, v), 1);
  // A hue of just below 1 may round to sector 6, which is sector 0.
  const __m256 is1 = equal(sector, _mm256_set1_ps(1));
  const __m256 is2 = equal(sector, _mm256_set1_ps(2));
  const __m256 is3 = equal(sector, _mm256_set1_ps(3));
  const __m256 is4 = equal(sector, _mm256_set1_ps(4));
  const __m256 is5 = equal(sector, _mm256_set1_ps(5));
  return {choose(is1, q, _mm256_or_ps(is2, is3), p, choose(is4, t, is5, v, v)),
          choose(_mm256_or_ps(is1, is2), v, is3, q, choose(is4, p, is5, p, t)),
          choose(is1, p, is2, t, choose(_mm256_or_ps(is3, is4), v, is5, q, p))};
}

template <class T>
AVX2 void turn(T* pixels, size_t count, float by) {
  const __m256 angle = _mm256_set1_ps(by);
  size_t i = 0;
  for (; i + kStep <= count; i += kStep) {
    Hsv hsv = to_hsv(units(avx2::load(at(pixels, i)), pixels));
    hsv.hue = fraction(_mm256_add_ps(hsv.hue, angle));
    const __m256 below = _mm256_cmp_ps(hsv.hue, _mm256_setzero_ps(), _CMP_LT_OQ);
    hsv.hue = _mm256_add_ps(hsv.hue, _mm256_and_ps(below, _mm256_set1_ps(1)));
    store_units(at(pixels, i), to_rgb(hsv));
  }
  scalar_colour_kernels<T>().turn(at(pixels, i), count - i, by);
}

template <class T>
AVX2 void grey(T* pixels, size_t count) {
  size_t i = 0;
  for (; i + kStep <= count; i += kStep) {
    const __m256 value = luma(avx2::load(at(pixels, i)), pixels);
    avx2::store(at(pixels, i), value, value, value);
  }
  scalar_colour_kernels<T>().grey(at(pixels, i), count - i);
}

}  // namespace

template <class T>
ColourKernels<T> avx2_colour_kernels() {
  return {scale<T>, blend_constant<T>, blend_luma<T>, sum_luma<T>, turn<T>, grey<T>};
}

template ColourKernels<uint8_t> avx2_colour_kernels<uint8_t>();
template ColourKernels<float> avx2_colour_kernels<float>();

}  // namespace node_libtorch::image

#endif
