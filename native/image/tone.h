// Changes of tone: of each value by itself, or by the other values of its channel. torchvision's
// results, bit for bit; white is 255 in bytes and 1 in floats.

#pragma once

#include <cstdint>

#include "image/picture.h"

namespace node_libtorch::image {

template <class T>
void invert(Raster<T>& pixels);
/// Inverts the values that are at least `threshold`.
template <class T>
void solarize(Raster<T>& pixels, float threshold);
/// Keeps the first `bits` bits, 0 ... 8, of every value.
template <class T>
void posterize(Raster<T>& pixels, int bits);
/// Stretches each channel from black to white.
template <class T>
void autocontrast(Raster<T>& pixels);
/// Spreads each channel so that each range of values has its share of the pixels.
void equalize(Pixels& pixels);
/// @throws PictureError
[[noreturn]] void equalize(Floats& pixels);

}  // namespace node_libtorch::image
