#include "image/tone.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

namespace node_libtorch::image {

namespace {

constexpr int kLevels = 256;

/// What becomes of each byte of a channel.
using Table = std::array<uint8_t, kLevels>;

/// All values, those of no meaning too: loops over them need no shuffling.
template <class T>
std::span<T> values_of(Raster<T>& pixels) {
  return {pixels.row(0), pixels.stride() * pixels.height()};
}

uint8_t negative(uint8_t value) { return static_cast<uint8_t>(~value); }
float negative(float value) { return 1 - value; }

/// Within black and white, as std::clamp, but by value, for the sake of vectors.
float bounded(float value, float white) {
  const float above = value < 0 ? 0 : value;
  return above > white ? white : above;
}

void look_up(Pixels& pixels, const std::array<Table, 3>& tables) {
  const std::span<uint8_t> values = values_of(pixels);
  for (size_t i = 0; i < values.size(); i += kPixel) {
    for (size_t c = 0; c < tables.size(); c++) values[i + c] = tables[c][values[i + c]];
  }
}

/// The least and the greatest value of each channel.
template <class T>
struct Extremes {
  std::array<T, kPixel> low;
  std::array<T, kPixel> high;
};

template <class T>
Extremes<T> extremes_of(Raster<T>& pixels) {
  // As many at a time as compilers make whole registers of. A NaN stays, as in torch.
  constexpr size_t kLanes = 16;
  const std::span<T> values = values_of(pixels);
  std::array<T, kLanes> low;
  std::array<T, kLanes> high;
  for (size_t lane = 0; lane < kLanes; lane++) low[lane] = high[lane] = values[lane % kPixel];
  const auto take = [&](size_t lane, T value) {
    low[lane] = value < low[lane] || value != value ? value : low[lane];
    high[lane] = value > high[lane] || value != value ? value : high[lane];
  };
  size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (size_t lane = 0; lane < kLanes; lane++) take(lane, values[i + lane]);
  }
  for (; i < values.size(); i++) take(i % kPixel, values[i]);
  Extremes<T> extremes;
  for (size_t c = 0; c < kPixel; c++) {
    for (size_t lane = c + kPixel; lane < kLanes; lane += kPixel) {
      take(c, low[lane]);
      take(c, high[lane]);
    }
    extremes.low[c] = low[c];
    extremes.high[c] = high[c];
  }
  return extremes;
}

/// Where a channel begins, and what is a level of it: a channel of one value stays what it is.
struct Stretch {
  float darkest;
  float scale;

  Stretch(float low, float high, double white)
      : darkest(low == high ? 0 : low),
        scale(low == high ? 1 : (high - low) * static_cast<float>(1 / white)) {}

  float operator()(float value, float white) const {
    return bounded((value - darkest) / scale, white);
  }
};

}  // namespace

template <class T>
void invert(Raster<T>& pixels) {
  for (T& value : values_of(pixels)) value = negative(value);
}

template <>
void solarize(Pixels& pixels, float threshold) {
  if (threshold > kLevels - 1) return;
  const auto least = static_cast<uint8_t>(std::ceil(std::max(threshold, 0.f)));
  for (uint8_t& value : values_of(pixels)) value = value >= least ? negative(value) : value;
}

template <>
void solarize(Floats& pixels, float threshold) {
  for (float& value : values_of(pixels)) {
    const float other = negative(value);
    value = value >= threshold ? other : value;
  }
}

template <>
void posterize(Pixels& pixels, int bits) {
  const auto kept = static_cast<uint8_t>(0xff00 >> bits);
  for (uint8_t& value : values_of(pixels)) value &= kept;
}

template <>
void posterize(Floats& pixels, int bits) {
  const auto levels = static_cast<float>(1 << bits);
  const float white = levels - 1;
  for (float& value : values_of(pixels)) {
    // Neither a NaN nor the sign of a zero is lost.
    const float level = bounded(value * levels, white);
    const auto floor = static_cast<float>(static_cast<int>(level > 0 ? level : 0));
    value = (level > 0 ? floor : level) * (1 / levels);
  }
}

template <>
void autocontrast(Pixels& pixels) {
  constexpr float kWhite = kLevels - 1;
  const auto [low, high] = extremes_of(pixels);
  std::array<Table, 3> tables;
  for (size_t c = 0; c < tables.size(); c++) {
    const Stretch stretch(low[c], high[c], kWhite);
    for (int value = 0; value < kLevels; value++) {
      tables[c][value] = static_cast<uint8_t>(stretch(static_cast<float>(value), kWhite));
    }
  }
  look_up(pixels, tables);
}

template <>
void autocontrast(Floats& pixels) {
  const auto [low, high] = extremes_of(pixels);
  const std::array<Stretch, 3> stretches{Stretch(low[0], high[0], 1), Stretch(low[1], high[1], 1),
                                         Stretch(low[2], high[2], 1)};
  const std::span<float> values = values_of(pixels);
  for (size_t i = 0; i < values.size(); i += kPixel) {
    for (size_t c = 0; c < stretches.size(); c++) values[i + c] = stretches[c](values[i + c], 1);
  }
}

void equalize(Pixels& pixels) {
  std::array<std::array<int64_t, kLevels>, 3> counts{};
  const std::span<uint8_t> values = values_of(pixels);
  for (size_t i = 0; i < values.size(); i += kPixel) {
    for (size_t c = 0; c < counts.size(); c++) counts[c][values[i + c]]++;
  }
  const auto all = static_cast<int64_t>(values.size() / kPixel);
  std::array<Table, 3> tables;
  for (size_t c = 0; c < counts.size(); c++) {
    int lightest = kLevels - 1;
    while (lightest > 0 && counts[c][lightest] == 0) lightest--;
    // Pillow's way: a 255th of the pixels that are not the lightest.
    const int64_t step = (all - counts[c][lightest]) / (kLevels - 1);
    int64_t darker = 0;
    for (int value = 0; value < kLevels; value++) {
      const int64_t level = step == 0 ? value : (darker + step / 2) / step;
      tables[c][value] = static_cast<uint8_t>(std::min<int64_t>(level, kLevels - 1));
      darker += counts[c][value];
    }
  }
  look_up(pixels, tables);
}

void equalize(Floats&) { throw PictureError("only a picture of bytes can be equalized"); }

template void invert<uint8_t>(Raster<uint8_t>&);
template void invert<float>(Raster<float>&);

}  // namespace node_libtorch::image
