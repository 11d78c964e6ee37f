// Resizing by ATen's antialiased bilinear filter, bit for bit: bytes with integer weights, floats
// with float32 weights.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/output.h"
#include "image/picture.h"
#include "image/rounding.h"

namespace node_libtorch::image {

/// What is resized along one axis: `length` from `offset` on, of `available` places.
struct Extent {
  double length;
  double offset;
  int available;
};

/// How each place along one axis of the result is mixed from places of the source.
class Axis {
 public:
  /// The mixture of `count` places from `first` on, of the `to` places that an extent is resized
  /// to; last one first if `flip`. The weights are of the type that a picture of T needs.
  template <class T>
  void compute(const Extent& from, int to, int first, int count, bool flip);

  int size() const { return static_cast<int>(places_.size()); }
  /// Of integer weights, the binary digits behind the point.
  int precision() const { return precision_; }

  struct Place {
    int start;
    int count;
  };
  const Place& place(int i) const { return places_[i]; }
  /// Those behind the last one are zero, up to a multiple of four.
  const int16_t* weights(int i) const { return weights_.data() + static_cast<size_t>(i) * stride_; }
  const float* float_weights(int i) const {
    return float_weights_.data() + static_cast<size_t>(i) * stride_;
  }

  /// The places of the source that are read at all: [lowest, highest).
  int lowest() const { return lowest_; }
  int highest() const { return highest_; }
  /// Counts places of the source from `place` on, when those before it are not there.
  void begin_at(int place);

 private:
  template <class Number>
  void compute_all(const Extent& from, int to, std::vector<Number>& weights);
  void quantize(const std::vector<double>& exact, int first, int count, bool flip);

  int precision_ = 0;
  int stride_ = 0;
  int lowest_ = 0;
  int highest_ = 0;
  std::vector<Place> all_;
  std::vector<Place> places_;
  std::vector<int16_t> weights_;
  std::vector<float> float_weights_;
  std::vector<double> doubles_;
  std::vector<float> floats_;
};

/// The two passes of a resize of bytes, for one instruction set.
struct ResizeKernels {
  /// Rows at `in`, `in_stride` bytes apart, to as many rows at `out`.
  void (*columns)(const uint8_t* in, size_t in_stride, int rows, const Axis& axis, uint8_t* out,
                  size_t out_stride);
  /// One row of `width` pixels, mixed from `count` rows at `in`.
  void (*row)(const uint8_t* in, size_t in_stride, const int16_t* weights, int count, int precision,
              int width, uint8_t* out);
};

/// The passes of a resize of floats, for one instruction set.
struct FloatResizeKernels {
  /// One row of bytes to numbers.
  void (*to_floats)(const uint8_t* in, int width, Scale scale, float* out);
  void (*columns)(const float* in, size_t in_stride, int rows, const Axis& axis, float* out,
                  size_t out_stride);
  void (*row)(const float* in, size_t in_stride, const float* weights, int count, int width,
              float* out);
};

ResizeKernels scalar_resize_kernels();
FloatResizeKernels scalar_float_resize_kernels();
#if defined(__x86_64__)
ResizeKernels avx2_resize_kernels();
FloatResizeKernels avx2_float_resize_kernels();
#endif
/// The fastest that this processor runs.
const ResizeKernels& best_resize_kernels();
const FloatResizeKernels& best_float_resize_kernels();

/// Resizes one picture after the other; one for each thread.
class Resizer {
 public:
  explicit Resizer(const ResizeKernels& kernels = best_resize_kernels(),
                   const FloatResizeKernels& float_kernels = best_float_resize_kernels())
      : kernels_(kernels), float_kernels_(float_kernels) {}

  /// `out` becomes columns.size() x rows.size() pixels, mixed from `in`.
  void run(const View& in, const Axis& columns, const Axis& rows, Pixels& out);
  void run(const ViewOf<float>& in, const Axis& columns, const Axis& rows, Floats& out);
  /// Bytes that are made to numbers first.
  void run(const View& in, Scale scale, const Axis& columns, const Axis& rows, Floats& out);

  void trim() {
    between_.trim();
    float_between_.trim();
  }

 private:
  void mix_rows(const Axis& columns, const Axis& rows, Floats& out);

  ResizeKernels kernels_;
  FloatResizeKernels float_kernels_;
  Pixels between_;
  Floats float_between_;
  /// A few rows of bytes as numbers.
  Floats numbers_;
};

}  // namespace node_libtorch::image
