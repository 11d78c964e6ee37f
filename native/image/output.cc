#include "image/output.h"

#include "image/processor.h"

namespace node_libtorch::image {

namespace {

float number_of(float value, Scale) { return value; }

template <class From, class To>
void write(const From* from, int width, const Values& values, const Strides& strides, To* to) {
  for (int x = 0; x < width; x++, from += kPixel, to += strides.column) {
    for (int c = 0; c < 3; c++) {
      float value = number_of(from[c], values.scale);
      if (values.normalize) value = (value - values.mean[c]) / values.std[c];
      to[strides.channel * c] = value;
    }
  }
}

void bytes(const uint8_t* from, int width, const Strides& strides, uint8_t* to) {
  for (int x = 0; x < width; x++, from += kPixel, to += strides.column) {
    for (int c = 0; c < 3; c++) to[strides.channel * c] = from[c];
  }
}

}  // namespace

OutputKernels scalar_output_kernels() {
  return {bytes, write<uint8_t, float>, write<uint8_t, c10::BFloat16>, write<float, float>,
          write<float, c10::BFloat16>};
}

const OutputKernels& best_output_kernels() {
#if defined(__x86_64__)
  static const OutputKernels kernels =
      runs_avx2() ? avx2_output_kernels() : scalar_output_kernels();
#else
  static const OutputKernels kernels = scalar_output_kernels();
#endif
  return kernels;
}

}  // namespace node_libtorch::image
