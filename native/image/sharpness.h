// Sharper and softer pictures of bytes: torchvision's results, bit for bit.

#pragma once

#include <cstddef>
#include <cstdint>

#include "image/picture.h"

namespace node_libtorch::image {

/// Three rows of a picture, of which the middle one is changed.
struct ThreeRows {
  const uint8_t* above;
  const uint8_t* middle;
  const uint8_t* below;
};

/// For one instruction set: writes the middle row, but for the values before `from` and from `end`
/// on, as itself plus `share` of the way to its smooth version. That is the mean of the pixels
/// around each and of five times the pixel, a whole number.
using SharpenRow = void (*)(const ThreeRows& rows, size_t from, size_t end, float share,
                            uint8_t* to);

void scalar_sharpen_row(const ThreeRows& rows, size_t from, size_t end, float share, uint8_t* to);
#if defined(__x86_64__)
void avx2_sharpen_row(const ThreeRows& rows, size_t from, size_t end, float share, uint8_t* to);
#endif
/// The fastest that this processor runs.
SharpenRow best_sharpen_row();

/// 0 is smooth, 1 the picture, 2 sharper. The edge stays what it is.
void adjust_sharpness(Pixels& pixels, double factor);
/// @throws PictureError
[[noreturn]] void adjust_sharpness(Floats& pixels, double factor);

}  // namespace node_libtorch::image
