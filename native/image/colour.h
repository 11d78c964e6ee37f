// Colour changes of bytes and of floats: torchvision's results, bit for bit.

#pragma once

#include <cstddef>
#include <cstdint>

#include "image/picture.h"

namespace node_libtorch::image {

/// The passes over `count` pixels, for one instruction set. Bytes are cut off at 0 and 255 and lose
/// their fraction, floats are cut off at 0 and 1. Where torch computes with a fused multiply-add,
/// so do they: half of all pictures would differ without it.
template <class T>
struct ColourKernels {
  /// pixel * factor
  void (*scale)(T* pixels, size_t count, float factor);
  /// pixel * factor + constant * share
  void (*blend_constant)(T* pixels, size_t count, float factor, float constant, float share);
  /// pixel * factor + luma * share
  void (*blend_luma)(T* pixels, size_t count, float factor, float share);
  /// The sum of the luma of all pixels, of bytes each a whole number, added in torch's order.
  float (*sum_luma)(const T* pixels, size_t count);
  /// Turns the colour wheel, in -1 ... 1 rounds.
  void (*turn)(T* pixels, size_t count, float by);
  /// All three channels become the luma.
  void (*grey)(T* pixels, size_t count);
};

template <class T>
ColourKernels<T> scalar_colour_kernels();
#if defined(__x86_64__)
template <class T>
ColourKernels<T> avx2_colour_kernels();
#endif
/// The fastest that this processor runs.
template <class T>
const ColourKernels<T>& best_colour_kernels();

template <class T>
void adjust_brightness(Raster<T>& pixels, double factor);
template <class T>
void adjust_contrast(Raster<T>& pixels, double factor);
template <class T>
void adjust_saturation(Raster<T>& pixels, double factor);
template <class T>
void adjust_hue(Raster<T>& pixels, double factor);
template <class T>
void to_grayscale(Raster<T>& pixels);

}  // namespace node_libtorch::image
