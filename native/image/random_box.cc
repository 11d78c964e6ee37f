#include "image/random_box.h"

#include <cmath>

namespace node_libtorch::image {

namespace {

constexpr int kAttempts = 10;

/// To the nearest integer, halves to the even one, as Python rounds.
int rounded(double value) { return static_cast<int>(std::nearbyint(value)); }

}  // namespace

Box random_box(int width, int height, const Range& scale, const Range& ratio, KeyedRandom& random) {
  const double area = static_cast<double>(height) * width;
  for (int attempt = 0; attempt < kAttempts; attempt++) {
    const double part = area * random.uniform(scale.low, scale.high);
    const double aspect = random.log_uniform(ratio.low, ratio.high);
    const double w = std::nearbyint(std::sqrt(part * aspect));
    const double h = std::nearbyint(std::sqrt(part / aspect));
    if (w > 0 && w <= width && h > 0 && h <= height) {
      const int top = random.integer(height - static_cast<int>(h) + 1);
      const int left = random.integer(width - static_cast<int>(w) + 1);
      return {left, top, static_cast<int>(w), static_cast<int>(h)};
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
    const double part = area * random.uniform(scale.low, scale.high);
    const double aspect = random.log_uniform(ratio.low, ratio.high);
    const double h = std::nearbyint(std::sqrt(part * aspect));
    const double w = std::nearbyint(std::sqrt(part / aspect));
    if (h < height && w < width) {
      const int top = random.integer(height - static_cast<int>(h) + 1);
      const int left = random.integer(width - static_cast<int>(w) + 1);
      return Box{left, top, static_cast<int>(w), static_cast<int>(h)};
    }
  }
  return std::nullopt;
}

}  // namespace node_libtorch::image
