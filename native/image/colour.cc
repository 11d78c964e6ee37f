#include "image/colour.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "image/cascade.h"
#include "image/processor.h"
#include "image/rounding.h"

namespace node_libtorch::image {

namespace {

// ITU-R BT.601's luma as torchvision rounds it.
constexpr float kRed = 0.2989f;
constexpr float kGreen = 0.587f;
constexpr float kBlue = 0.114f;

/// Cuts off at black and white, and drops the fraction of bytes.
void store(float value, uint8_t& to) { to = static_cast<uint8_t>(std::clamp(value, 0.f, 255.f)); }
void store(float value, float& to) { to = std::clamp(value, 0.f, 1.f); }

float exact_luma(float red, float green, float blue) {
  return std::fma(blue, kBlue, std::fma(green, kGreen, red * kRed));
}

float luma(const uint8_t* pixel) { return std::floor(exact_luma(pixel[0], pixel[1], pixel[2])); }

float luma(const float* pixel) { return exact_luma(pixel[0], pixel[1], pixel[2]); }

template <class T>
void scale(T* pixels, size_t count, float factor) {
  for (size_t i = 0; i < count; i++, pixels += kPixel) {
    for (int c = 0; c < 3; c++) store(static_cast<float>(pixels[c]) * factor, pixels[c]);
  }
}

template <class T>
void blend(T* pixel, float factor, float other, float share) {
  for (int c = 0; c < 3; c++) {
    store(std::fma(other, share, static_cast<float>(pixel[c]) * factor), pixel[c]);
  }
}

template <class T>
void blend_constant(T* pixels, size_t count, float factor, float constant, float share) {
  for (size_t i = 0; i < count; i++, pixels += kPixel) blend(pixels, factor, constant, share);
}

template <class T>
void blend_luma(T* pixels, size_t count, float factor, float share) {
  for (size_t i = 0; i < count; i++, pixels += kPixel) blend(pixels, factor, luma(pixels), share);
}

/// Eight sums.
struct Lanes {
  std::array<float, cascade::kLanes> values{};

  Lanes& operator+=(const Lanes& other) {
    for (size_t i = 0; i < values.size(); i++) values[i] += other.values[i];
    return *this;
  }
};

template <class T>
Lanes eight_lumas(const T* pixels) {
  Lanes lanes;
  for (size_t i = 0; i < cascade::kLanes; i++) lanes.values[i] = luma(pixels + i * kPixel);
  return lanes;
}

template <class T>
float sum_luma(const T* pixels, size_t count) {
  using cascade::kColumns, cascade::kLanes, cascade::kLevels;
  const size_t eights = count / kLanes;
  const size_t rows = eights / kColumns;
  const int power = cascade::power_of(rows);
  Lanes sums[kLevels][kColumns];
  size_t i = 0;
  for (size_t row = 0; row < rows;) {
    for (size_t c = 0; c < kColumns; c++, i++) {
      sums[0][c] += eight_lumas(pixels + i * kLanes * kPixel);
    }
    if (++row % (size_t{1} << power) != 0) continue;
    for (size_t level = 0; level <= cascade::highest_emptied(row, power); level++) {
      for (size_t c = 0; c < kColumns; c++) {
        sums[level + 1][c] += sums[level][c];
        sums[level][c] = {};
      }
    }
  }
  for (size_t level = 1; level < kLevels; level++) {
    for (size_t c = 0; c < kColumns; c++) sums[0][c] += sums[level][c];
  }
  for (; i < eights; i++) sums[0][0] += eight_lumas(pixels + i * kLanes * kPixel);
  for (size_t c = 1; c < kColumns; c++) sums[0][0] += sums[0][c];
  float sum = 0;
  for (size_t rest = eights * kLanes; rest < count; rest++) sum += luma(pixels + rest * kPixel);
  for (const float lane : sums[0][0].values) sum += lane;
  return sum;
}

float unit(uint8_t byte) { return static_cast<float>(byte) * static_cast<float>(1.0 / 255); }
float unit(float value) { return value; }

// Not quite 256: then every byte has an equal share of 0 ... 1.
void store_unit(float value, uint8_t& to) {
  to = static_cast<uint8_t>(value * static_cast<float>(256 - 1e-3));
}
void store_unit(float value, float& to) { to = value; }

/// Every operation rounds by itself, as in torch: no fused ones.
template <class T>
void turn_one(T* pixel, float by) {
  const float r = unit(pixel[0]);
  const float g = unit(pixel[1]);
  const float b = unit(pixel[2]);
  const float value = std::max({r, g, b});
  const float range = value - std::min({r, g, b});
  const bool grey = range == 0;
  const float saturation = range / (grey ? 1.f : value);
  const float divisor = grey ? 1.f : range;
  const float from_red = (value - r) / divisor;
  const float from_green = (value - g) / divisor;
  const float from_blue = (value - b) / divisor;
  float hue = 0;
  if (value == r) {
    hue = from_blue - from_green;
  } else if (value == g) {
    hue = from_red + 2 - from_blue;
  } else {
    hue = from_green + 4 - from_red;
  }
  hue = std::fmod(hue * static_cast<float>(1.0 / 6) + 1, 1.f);
  hue += by;
  hue = std::fmod(hue, 1.f);
  if (hue < 0) hue += 1;

  const float sixths = hue * 6;
  const float sector = std::floor(sixths);
  const float within = sixths - sector;
  const float shade = saturation * within;
  const float paleness = 1 - saturation;
  const float q = std::clamp((1 - shade) * value, 0.f, 1.f);
  const float t = std::clamp((shade + paleness) * value, 0.f, 1.f);
  const float p = std::clamp(paleness * value, 0.f, 1.f);
  float red = value, green = t, blue = p;
  switch (static_cast<int>(sector) % 6) {
    case 1:
      red = q, green = value, blue = p;
      break;
    case 2:
      red = p, green = value, blue = t;
      break;
    case 3:
      red = p, green = q, blue = value;
      break;
    case 4:
      red = t, green = p, blue = value;
      break;
    case 5:
      red = value, green = p, blue = q;
      break;
    default:
      break;
  }
  store_unit(red, pixel[0]);
  store_unit(green, pixel[1]);
  store_unit(blue, pixel[2]);
}

template <class T>
void turn(T* pixels, size_t count, float by) {
  for (size_t i = 0; i < count; i++, pixels += kPixel) turn_one(pixels, by);
}

template <class T>
void grey(T* pixels, size_t count) {
  for (size_t i = 0; i < count; i++, pixels += kPixel) {
    pixels[0] = pixels[1] = pixels[2] = static_cast<T>(luma(pixels));
  }
}

template <class T>
size_t count_of(const Raster<T>& pixels) {
  return static_cast<size_t>(pixels.width()) * pixels.height();
}

/// What of the other picture remains, as Python computes it before it becomes a float32.
float share_of(double factor) { return static_cast<float>(1.0 - factor); }

}  // namespace

template <class T>
ColourKernels<T> scalar_colour_kernels() {
  return {scale<T>, blend_constant<T>, blend_luma<T>, sum_luma<T>, turn<T>, grey<T>};
}

template <class T>
const ColourKernels<T>& best_colour_kernels() {
#if defined(__x86_64__)
  static const ColourKernels<T> kernels =
      runs_avx2() ? avx2_colour_kernels<T>() : scalar_colour_kernels<T>();
#else
  static const ColourKernels<T> kernels = scalar_colour_kernels<T>();
#endif
  return kernels;
}

template <class T>
void adjust_brightness(Raster<T>& pixels, double factor) {
  best_colour_kernels<T>().scale(pixels.row(0), count_of(pixels), static_cast<float>(factor));
}

template <class T>
void adjust_contrast(Raster<T>& pixels, double factor) {
  const ColourKernels<T>& kernels = best_colour_kernels<T>();
  const size_t count = count_of(pixels);
  T* const first = pixels.row(0);
  const auto by = static_cast<float>(factor);
  const float share = share_of(factor);
  const float mean = kernels.sum_luma(first, count) / static_cast<float>(count);
  // torch takes 16 values at a time, channel by channel. Of those that are left at the end some are
  // added without a fused multiply-add: there its compiler has taken the product of the constants
  // out of the loop.
  constexpr size_t kStep = 16;
  const size_t values = 3 * count;
  const size_t done = values / kStep * kStep;
  const size_t end = done == values ? done : done + fused_from(static_cast<int>(values - done));
  const auto value_at = [&](size_t i) -> T& { return first[i % count * kPixel + i / count]; };
  std::array<T, kStep> kept;
  for (size_t i = done + 1; i < end; i++) kept[i - done] = value_at(i);
  kernels.blend_constant(first, count, by, mean, share);
  const float constant = mean * share;
  for (size_t i = done + 1; i < end; i++) {
    store(static_cast<float>(kept[i - done]) * by + constant, value_at(i));
  }
}

template <class T>
void adjust_saturation(Raster<T>& pixels, double factor) {
  best_colour_kernels<T>().blend_luma(pixels.row(0), count_of(pixels), static_cast<float>(factor),
                                      share_of(factor));
}

template <class T>
void adjust_hue(Raster<T>& pixels, double factor) {
  best_colour_kernels<T>().turn(pixels.row(0), count_of(pixels), static_cast<float>(factor));
}

template <class T>
void to_grayscale(Raster<T>& pixels) {
  best_colour_kernels<T>().grey(pixels.row(0), count_of(pixels));
}

#define NODE_LIBTORCH_COLOURS(T)                             \
  template ColourKernels<T> scalar_colour_kernels<T>();      \
  template const ColourKernels<T>& best_colour_kernels<T>(); \
  template void adjust_brightness<T>(Raster<T>&, double);    \
  template void adjust_contrast<T>(Raster<T>&, double);      \
  template void adjust_saturation<T>(Raster<T>&, double);    \
  template void adjust_hue<T>(Raster<T>&, double);           \
  template void to_grayscale<T>(Raster<T>&);

NODE_LIBTORCH_COLOURS(uint8_t)
NODE_LIBTORCH_COLOURS(float)
#undef NODE_LIBTORCH_COLOURS

}  // namespace node_libtorch::image
