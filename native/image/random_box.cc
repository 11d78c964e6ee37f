#include "image/random_box.h"

#include <cmath>

#include "image/rounding.h"

namespace node_libtorch::image {

namespace {

constexpr int kAttempts = 10;

/// Two sides, in whole pixels.
struct Sides {
  double first;
  double second;
};

/// Of a box that has a part of an area, and whose first side is `ratio` times the other.
Sides draw_sides(double area, const Range& scale, const Range& ratio, KeyedRandom& random) {
  const double part = area * random.uniform(scale.low, scale.high);
  const double aspect = random.log_uniform(ratio.low, ratio.high);
  return {std::nearbyint(std::sqrt(part * aspect)), std::nearbyint(std::sqrt(part / aspect))};
}

/// A box of w x h pixels anywhere in width x height.
Box draw_place(int width, int height, double w, double h, KeyedRandom& random) {
  const int top = random.integer(height - static_cast<int>(h) + 1);
  const int left = random.integer(width - static_cast<int>(w) + 1);
  return {left, top, static_cast<int>(w), static_cast<int>(h)};
}

}  // namespace

Box random_box(int width, int height, const Range& scale, const Range& ratio, KeyedRandom& random) {
  const double area = static_cast<double>(height) * width;
  for (int attempt = 0; attempt < kAttempts; attempt++) {
    const auto [w, h] = draw_sides(area, scale, ratio, random);
    if (w > 0 && w <= width && h > 0 && h <= height) {
      return draw_place(width, height, w, h, random);
    }
  }
  const double aspect = static_cast<double>(width) / height;
  const int h = aspect < ratio.low ? rounded(width / ratio.low) : height;
  const int w = aspect > ratio.high ? rounded(height * ratio.high) : width;
  return {(width - w) / 2, (height - h) / 2, w, h};
}

std::optional<Box> random_erased_box(int width, int height, const Range& scale, const Range& ratio,
                                     KeyedRandom& random) {
  const double area = static_cast<double>(height) * width;
  for (int attempt = 0; attempt < kAttempts; attempt++) {
    const auto [h, w] = draw_sides(area, scale, ratio, random);
    if (h < height && w < width) return draw_place(width, height, w, h, random);
  }
  return std::nullopt;
}

}  // namespace node_libtorch::image
