// Pixels in memory, and what can be wrong with a picture.

#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace node_libtorch::image {

/// A rectangle of pixels.
struct Box {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
};

/// Values of a pixel in memory: red, green, blue and one of no meaning, so that a pixel of bytes is
/// one 32-bit word.
inline constexpr int kPixel = 4;
/// Values that may be read, never used, behind the last pixel: kernels load whole vectors.
inline constexpr size_t kSlack = 64;
/// Memory that is kept from picture to picture at most.
inline constexpr size_t kKeptBytes = size_t{64} << 20;

/// Rows of pixels, one behind the other. Its memory is kept from picture to picture.
template <class T>
class Raster {
 public:
  void reshape(int width, int height) {
    const size_t values = static_cast<size_t>(width) * height * kPixel + kSlack;
    if (memory_.size() < values) memory_.resize(values);
    width_ = width;
    height_ = height;
  }
  /// Gives the memory of an unusually large picture back.
  void trim() {
    if (memory_.size() * sizeof(T) <= kKeptBytes) return;
    memory_ = {};
    width_ = height_ = 0;
  }
  int width() const { return width_; }
  int height() const { return height_; }
  /// Values from one row to the next.
  size_t stride() const { return static_cast<size_t>(width_) * kPixel; }
  T* row(int y) { return memory_.data() + stride() * y; }
  const T* row(int y) const { return memory_.data() + stride() * y; }

 private:
  int width_ = 0;
  int height_ = 0;
  std::vector<T> memory_;
};

using Pixels = Raster<uint8_t>;
using Floats = Raster<float>;

/// Pixels somewhere: rows `stride` values apart, followed by at least kSlack values that may be
/// read.
template <class T>
struct ViewOf {
  const T* data;
  size_t stride;
  int width;
  int height;

  const T* row(int y) const { return data + stride * y; }
};

using View = ViewOf<uint8_t>;

template <class T>
ViewOf<T> view_of(const Raster<T>& pixels, const Box& box) {
  return {pixels.row(box.top) + static_cast<size_t>(box.left) * kPixel, pixels.stride(), box.width,
          box.height};
}

/// Why a picture cannot be used, as a clause that follows the name of its file.
class PictureError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace node_libtorch::image
