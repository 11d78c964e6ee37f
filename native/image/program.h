// What a pipeline of transforms does to each picture, compiled by lib/vision/loader/compile.ts to
// numbers. Steps stand in the order of the pipeline; behind kToFloat all of them compute in
// float32.

#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "image/canvas.h"
#include "image/colour.h"
#include "image/random.h"

namespace node_libtorch::image {

/// One step; the numbers are part of the format, as are those that follow each.
enum class Operation : int {
  kResizeShorter = 1,  // size, most of the longer edge or 0
  kResize,             // height, width
  kCrop,               // top, left, height, width
  kCenterCrop,         // height, width
  kRandomResizedCrop,  // height, width, scale low, high, ratio low, high
  kFlipX,              // probability; negative: always, drawing nothing
  kFlipY,              // likewise
  kBrightness,         // factor
  kContrast,
  kSaturation,
  kHue,
  kColorJitter,  // of brightness, contrast, saturation and hue each: given, low, high
  kGrayscale,
  kToFloat,          // scale: see Scale
  kNormalize,        // means of the three channels, standard deviations
  kPad,              // left, top, right, bottom, mode (see Border), fill of the three channels
  kRandomCrop,       // height, width, as kPad, then whether a smaller picture is padded
  kRandomGrayscale,  // probability
  kRandomErasing,    // probability, scale low, high, ratio low, high, value of the three channels
  kInvert,           // probability; negative: always, drawing nothing
  kSolarize,         // likewise, threshold
  kPosterize,        // likewise, bits
  kAutocontrast,     // likewise
  kEqualize,         // likewise; of bytes
  kSharpness,        // likewise, factor; of bytes
};

struct Step {
  Operation operation;
  /// The stream of random numbers it draws from.
  uint32_t stream;
  std::array<double, 12> values;
};

class Program {
 public:
  /// @throws std::invalid_argument for numbers that are no program
  explicit Program(std::span<const double> numbers);

  /// Runs the steps on a picture, with the random numbers of a sample.
  void run(Canvas& canvas, const RandomKey& key) const;

 private:
  std::vector<Step> steps_;
};

}  // namespace node_libtorch::image
