#include "image/resize.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "image/processor.h"

namespace node_libtorch::image {

/// The order of these operations, and the type of each, are ATen's.
template <class Number>
void Axis::compute_all(const Extent& from, int to, std::vector<Number>& weights) {
  const auto scale = static_cast<Number>(from.length) / static_cast<Number>(to);
  const Number support = scale >= 1 ? scale : 1;
  const Number inverse = scale >= 1 ? static_cast<Number>(1.0 / scale) : 1;
  const int most = 2 * static_cast<int>(std::ceil(support)) + 1;
  stride_ = (most + 3) / 4 * 4;
  weights.assign(static_cast<size_t>(to) * stride_, 0);
  all_.resize(to);
  for (int i = 0; i < to; i++) {
    const auto center = static_cast<Number>(scale * (i + 0.5) + from.offset);
    const int start = std::max(static_cast<int>(center - support + 0.5), 0);
    const int end = std::min(static_cast<int>(center + support + 0.5), from.available);
    const int size = std::clamp(end - start, 0, most);
    Number* mixture = weights.data() + static_cast<size_t>(i) * stride_;
    Number sum = 0;
    for (int j = 0; j < size; j++) {
      const auto distance =
          std::abs(static_cast<Number>((static_cast<Number>(j + start) - center + 0.5) * inverse));
      mixture[j] = distance < 1 ? static_cast<Number>(1.0 - distance) : 0;
      sum += mixture[j];
    }
    if (sum != 0) {
      for (int j = 0; j < size; j++) mixture[j] /= sum;
    }
    all_[i] = {start, size};
  }
}

void Axis::quantize(const std::vector<double>& exact, int first, int count, bool flip) {
  const double largest = *std::max_element(exact.begin(), exact.end());
  constexpr int kMostDigits = 22;
  precision_ = 0;
  while (precision_ < kMostDigits &&
         static_cast<int>(0.5 + largest * (1 << (precision_ + 1))) < (1 << 15)) {
    precision_++;
  }
  weights_.resize(static_cast<size_t>(count) * stride_);
  for (int i = 0; i < count; i++) {
    const double* from = exact.data() + static_cast<size_t>(first + i) * stride_;
    int16_t* to = weights_.data() + static_cast<size_t>(flip ? count - 1 - i : i) * stride_;
    for (int j = 0; j < stride_; j++) {
      to[j] = static_cast<int16_t>(from[j] * (1 << precision_) + 0.5);
    }
  }
}

template <class T>
void Axis::compute(const Extent& from, int to, int first, int count, bool flip) {
  if constexpr (std::is_same_v<T, float>) {
    compute_all(from, to, floats_);
    float_weights_.resize(static_cast<size_t>(count) * stride_);
    for (int i = 0; i < count; i++) {
      std::copy_n(floats_.data() + static_cast<size_t>(first + i) * stride_, stride_,
                  float_weights_.data() + static_cast<size_t>(flip ? count - 1 - i : i) * stride_);
    }
  } else {
    compute_all(from, to, doubles_);
    quantize(doubles_, first, count, flip);
  }
  places_.assign(all_.begin() + first, all_.begin() + first + count);
  if (flip) std::reverse(places_.begin(), places_.end());
  lowest_ = std::numeric_limits<int>::max();
  highest_ = 0;
  for (const Place& place : places_) {
    lowest_ = std::min(lowest_, place.start);
    highest_ = std::max(highest_, place.start + place.count);
  }
}

template void Axis::compute<uint8_t>(const Extent&, int, int, int, bool);
template void Axis::compute<float>(const Extent&, int, int, int, bool);

void Axis::begin_at(int place) {
  for (Place& one : places_) one.start -= place;
  lowest_ -= place;
  highest_ -= place;
}

namespace {

uint8_t to_byte(int32_t sum, int precision) {
  return static_cast<uint8_t>(std::clamp(sum >> precision, 0, 255));
}

void columns(const uint8_t* in, size_t in_stride, int rows, const Axis& axis, uint8_t* out,
             size_t out_stride) {
  const int32_t half = 1 << (axis.precision() - 1);
  for (int y = 0; y < rows; y++, in += in_stride, out += out_stride) {
    for (int x = 0; x < axis.size(); x++) {
      const auto [start, count] = axis.place(x);
      const int16_t* weights = axis.weights(x);
      for (int c = 0; c < kPixel; c++) {
        int32_t sum = half;
        for (int j = 0; j < count; j++) sum += weights[j] * in[(start + j) * kPixel + c];
        out[x * kPixel + c] = to_byte(sum, axis.precision());
      }
    }
  }
}

void row(const uint8_t* in, size_t in_stride, const int16_t* weights, int count, int precision,
         int width, uint8_t* out) {
  for (int i = 0; i < width * kPixel; i++) {
    int32_t sum = 1 << (precision - 1);
    for (int j = 0; j < count; j++) sum += weights[j] * in[in_stride * j + i];
    out[i] = to_byte(sum, precision);
  }
}

void to_floats(const uint8_t* in, int width, Scale scale, float* out) {
  for (int i = 0; i < width * kPixel; i++) out[i] = number_of(in[i], scale);
}

/// The mixture of `count` values that are `stride` apart.
float mix(const float* in, size_t stride, const float* weights, int count) {
  float sum = in[0] * weights[0];
  int j = 1;
  for (const int end = fused_from(count); j < end; j++) sum += in[stride * j] * weights[j];
  for (; j < count; j++) sum = std::fma(in[stride * j], weights[j], sum);
  return sum;
}

void float_columns(const float* in, size_t in_stride, int rows, const Axis& axis, float* out,
                   size_t out_stride) {
  for (int y = 0; y < rows; y++, in += in_stride, out += out_stride) {
    for (int x = 0; x < axis.size(); x++) {
      const auto [start, count] = axis.place(x);
      const float* weights = axis.float_weights(x);
      for (int c = 0; c < kPixel; c++) {
        out[x * kPixel + c] = mix(in + start * kPixel + c, kPixel, weights, count);
      }
    }
  }
}

void float_row(const float* in, size_t in_stride, const float* weights, int count, int width,
               float* out) {
  for (int i = 0; i < width * kPixel; i++) out[i] = mix(in + i, in_stride, weights, count);
}

}  // namespace

ResizeKernels scalar_resize_kernels() { return {columns, row}; }

FloatResizeKernels scalar_float_resize_kernels() { return {to_floats, float_columns, float_row}; }

const ResizeKernels& best_resize_kernels() {
#if defined(__x86_64__)
  static const ResizeKernels kernels =
      runs_avx2() ? avx2_resize_kernels() : scalar_resize_kernels();
#else
  static const ResizeKernels kernels = scalar_resize_kernels();
#endif
  return kernels;
}

const FloatResizeKernels& best_float_resize_kernels() {
#if defined(__x86_64__)
  static const FloatResizeKernels kernels =
      runs_avx2() ? avx2_float_resize_kernels() : scalar_float_resize_kernels();
#else
  static const FloatResizeKernels kernels = scalar_float_resize_kernels();
#endif
  return kernels;
}

void Resizer::run(const View& in, const Axis& columns, const Axis& rows, Pixels& out) {
  // Rows that no row of the result needs are not resized.
  const int first = rows.lowest();
  const int count = rows.highest() - first;
  between_.reshape(columns.size(), count);
  kernels_.columns(in.row(first), in.stride, count, columns, between_.row(0), between_.stride());
  out.reshape(columns.size(), rows.size());
  for (int y = 0; y < rows.size(); y++) {
    const auto [start, taps] = rows.place(y);
    kernels_.row(between_.row(start - first), between_.stride(), rows.weights(y), taps,
                 rows.precision(), columns.size(), out.row(y));
  }
}

void Resizer::run(const ViewOf<float>& in, const Axis& columns, const Axis& rows, Floats& out) {
  const int first = rows.lowest();
  const int count = rows.highest() - first;
  float_between_.reshape(columns.size(), count);
  float_kernels_.columns(in.row(first), in.stride, count, columns, float_between_.row(0),
                         float_between_.stride());
  mix_rows(columns, rows, out);
}

void Resizer::run(const View& in, Scale scale, const Axis& columns, const Axis& rows, Floats& out) {
  // As many rows as stay in the cache.
  constexpr int kRows = 8;
  const int first = rows.lowest();
  const int count = rows.highest() - first;
  float_between_.reshape(columns.size(), count);
  numbers_.reshape(in.width, kRows);
  for (int y = 0; y < count; y += kRows) {
    const int some = std::min(kRows, count - y);
    for (int i = 0; i < some; i++) {
      float_kernels_.to_floats(in.row(first + y + i), in.width, scale, numbers_.row(i));
    }
    float_kernels_.columns(numbers_.row(0), numbers_.stride(), some, columns, float_between_.row(y),
                           float_between_.stride());
  }
  mix_rows(columns, rows, out);
}

void Resizer::mix_rows(const Axis& columns, const Axis& rows, Floats& out) {
  const int first = rows.lowest();
  out.reshape(columns.size(), rows.size());
  for (int y = 0; y < rows.size(); y++) {
    const auto [start, taps] = rows.place(y);
    float_kernels_.row(float_between_.row(start - first), float_between_.stride(),
                       rows.float_weights(y), taps, columns.size(), out.row(y));
  }
}

}  // namespace node_libtorch::image
