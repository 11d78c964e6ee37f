// Boxes of one colour in a picture, or in its place in a batch.

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>

#include "image/output.h"
#include "image/picture.h"

namespace node_libtorch::image {

/// A box, inside of a picture, all of whose pixels become one.
struct Patch {
  Box box;
  std::array<float, 3> colour;
};

/// Overwrites a patch of the picture that begins at `to`.
template <class T>
void erase(const Patch& patch, const Strides& strides, T* to) {
  const auto [left, top, width, height] = patch.box;
  to += strides.row * top + strides.column * left;
  for (int y = 0; y < height; y++, to += strides.row) {
    for (int c = 0; c < 3; c++) {
      float value = patch.colour[c];
      // Bytes drop the fraction, and cannot hold what lies beyond black and white.
      if constexpr (std::is_same_v<T, uint8_t>) value = std::clamp(value, 0.f, 255.f);
      T* at = to + strides.channel * c;
      for (int x = 0; x < width; x++, at += strides.column) *at = static_cast<T>(value);
    }
  }
}

template <class T>
void erase(const Patch& patch, Raster<T>& pixels) {
  erase(patch, {1, static_cast<int64_t>(pixels.stride()), kPixel}, pixels.row(0));
}

}  // namespace node_libtorch::image
