#include "image/sharpness.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "image/processor.h"

namespace node_libtorch::image {

void scalar_sharpen_row(const ThreeRows& rows, size_t from, size_t end, float share, uint8_t* to) {
  for (size_t i = from; i < end; i++) {
    const int pixel = rows.middle[i];
    int sum = 4 * pixel;
    for (const uint8_t* row : {rows.above, rows.middle, rows.below}) {
      sum += row[i - kPixel] + row[i] + row[i + kPixel];
    }
    // torch convolves with thirteenths and rounds. No thirteenth of a whole number is near to a
    // half, so that its errors do not matter.
    const int smooth = (sum + 6) / 13;
    const float value =
        std::fma(static_cast<float>(smooth - pixel), share, static_cast<float>(pixel));
    to[i] = static_cast<uint8_t>(std::clamp(value, 0.f, 255.f));
  }
}

SharpenRow best_sharpen_row() {
#if defined(__x86_64__)
  if (runs_avx2()) return avx2_sharpen_row;
#endif
  return scalar_sharpen_row;
}

void adjust_sharpness(Pixels& pixels, double factor) {
  if (pixels.width() <= 2 || pixels.height() <= 2) return;
  const SharpenRow sharpen_row = best_sharpen_row();
  const size_t stride = pixels.stride();
  // Rows as they were, where the picture has those that were written.
  std::vector<uint8_t> above(pixels.row(0), pixels.row(0) + stride);
  std::vector<uint8_t> middle(stride);
  for (int y = 1; y + 1 < pixels.height(); y++) {
    uint8_t* row = pixels.row(y);
    std::copy_n(row, stride, middle.begin());
    sharpen_row({above.data(), middle.data(), row + stride}, kPixel, stride - kPixel,
                static_cast<float>(1 - factor), row);
    std::swap(above, middle);
  }
}

void adjust_sharpness(Floats&, double) {
  throw PictureError("only a picture of bytes can be sharpened");
}

}  // namespace node_libtorch::image
