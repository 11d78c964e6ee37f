// Pixels into their place in a batch.

#pragma once

#include <c10/util/BFloat16.h>

#include <array>
#include <cstdint>

#include "image/picture.h"

namespace node_libtorch::image {

/// How a byte becomes a number; part of the format of programs.
enum class Scale : int {
  /// u / 255, as torchvision's ToTensor
  kDivide,
  /// u * (1 / 255), as torchvision's ToDtype: another number for 42 % of the bytes
  kMultiply,
  kAsIs,
};

inline float number_of(uint8_t byte, Scale scale) {
  const auto value = static_cast<float>(byte);
  switch (scale) {
    case Scale::kDivide:
      return value / 255;
    case Scale::kMultiply:
      return value * static_cast<float>(1.0 / 255);
    default:
      return value;
  }
}

/// What becomes of single values at last: each step rounded to a float32 by itself.
struct Values {
  /// For bytes only.
  Scale scale = Scale::kDivide;
  bool normalize = false;
  std::array<float, 3> mean{};
  std::array<float, 3> std{};
};

/// Where the picture of a sample goes: elements between neighbours in each dimension.
struct Strides {
  int64_t channel;
  int64_t row;
  int64_t column;
};

/// One row of pixels into a batch, for one instruction set.
struct OutputKernels {
  void (*bytes)(const uint8_t* from, int width, const Strides& strides, uint8_t* to);
  void (*floats)(const uint8_t* from, int width, const Values& values, const Strides& strides,
                 float* to);
  void (*bfloats)(const uint8_t* from, int width, const Values& values, const Strides& strides,
                  c10::BFloat16* to);
  void (*floats_of_floats)(const float* from, int width, const Values& values,
                           const Strides& strides, float* to);
  void (*bfloats_of_floats)(const float* from, int width, const Values& values,
                            const Strides& strides, c10::BFloat16* to);

  auto writer(const uint8_t*, const float*) const { return floats; }
  auto writer(const uint8_t*, const c10::BFloat16*) const { return bfloats; }
  auto writer(const float*, const float*) const { return floats_of_floats; }
  auto writer(const float*, const c10::BFloat16*) const { return bfloats_of_floats; }
};

OutputKernels scalar_output_kernels();
#if defined(__x86_64__)
OutputKernels avx2_output_kernels();
#endif
/// The fastest that this processor runs.
const OutputKernels& best_output_kernels();

}  // namespace node_libtorch::image
