#include "image/jpeg_compression.h"

#include <stdexcept>
#include <string>
#include <vector>

#include "napi/call.h"

#if defined(NODE_LIBTORCH_JPEG)
#include "image/jpeg_errors.h"
#endif

namespace node_libtorch {
namespace {

/// Pixels by rows, the channels of a pixel next to each other; 1 channel or 3.
struct Picture {
  uint8_t* pixels;
  int64_t height;
  int64_t width;
  int64_t channels;
};

#if defined(NODE_LIBTORCH_JPEG)

/// Compresses one picture after the other, and puts what can be read again in its place.
class RoundTrip {
 public:
  RoundTrip() { in_.err = out_.err = errors_.start(); }
  ~RoundTrip() {
    // Both also take objects that were never created.
    jpeg_destroy_compress(&out_);
    jpeg_destroy_decompress(&in_);
  }
  RoundTrip(const RoundTrip&) = delete;
  RoundTrip& operator=(const RoundTrip&) = delete;

  void run(const Picture& picture, int quality) {
    picture_ = picture;
    // More than the longest codes of all coefficients take, so that libjpeg never needs another
    // buffer.
    constexpr int64_t kBytesPerValue = 8, kLargestBlock = 16, kHeaders = 4096;
    file_.resize((picture.width + kLargestBlock) * (picture.height + kLargestBlock) *
                     picture.channels * kBytesPerValue +
                 kHeaders);
    if (!compress(quality) || !decompress()) {
      throw std::runtime_error(std::string("jpeg: ") + errors_.message);
    }
  }

 private:
  bool compress(int quality) {
    if (setjmp(errors_.leave)) return false;
    if (out_.mem == nullptr) jpeg_create_compress(&out_);
    start_ = file_.data();
    size_ = file_.size();
    jpeg_mem_dest(&out_, &start_, &size_);
    out_.image_width = static_cast<JDIMENSION>(picture_.width);
    out_.image_height = static_cast<JDIMENSION>(picture_.height);
    out_.input_components = static_cast<int>(picture_.channels);
    out_.in_color_space = picture_.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&out_);
    jpeg_set_quality(&out_, quality, TRUE);
    jpeg_start_compress(&out_, TRUE);
    while (out_.next_scanline < out_.image_height) {
      JSAMPROW line = row(out_.next_scanline);
      jpeg_write_scanlines(&out_, &line, 1);
    }
    jpeg_finish_compress(&out_);
    return true;
  }

  bool decompress() {
    if (setjmp(errors_.leave)) return false;
    if (in_.mem == nullptr) jpeg_create_decompress(&in_);
    jpeg_mem_src(&in_, start_, size_);
    jpeg_read_header(&in_, TRUE);
    jpeg_start_decompress(&in_);
    while (in_.output_scanline < in_.output_height) {
      JSAMPROW line = row(in_.output_scanline);
      jpeg_read_scanlines(&in_, &line, 1);
    }
    jpeg_finish_decompress(&in_);
    return true;
  }

  uint8_t* row(JDIMENSION y) const {
    return picture_.pixels + y * picture_.width * picture_.channels;
  }

  image::JpegErrors errors_{};
  jpeg_compress_struct out_{};
  jpeg_decompress_struct in_{};
  Picture picture_{};
  std::vector<uint8_t> file_;
  unsigned char* start_ = nullptr;
  unsigned long size_ = 0;
};

#else

class RoundTrip {
 public:
  [[noreturn]] void run(const Picture&, int) {
    throw std::runtime_error(
        "jpeg: this build of node-libtorch writes no JPEG (see npx node-libtorch doctor)");
  }
};

#endif

/// jpegRoundTrip(pixels, quality): changes pixels, uint8 [N, H, W, 1 or 3], contiguous, on the CPU
napi_value jpeg_round_trip(Call& call) {
  const at::Tensor& pixels = call.tensor(0, "pixels");
  const auto quality = static_cast<int>(call.integer(1, "quality"));
  const bool fits = pixels.dim() == 4 && pixels.scalar_type() == at::kByte && pixels.is_cpu() &&
                    pixels.is_contiguous() && (pixels.size(3) == 1 || pixels.size(3) == 3);
  if (!fits) call.refuse(0, "pixels", "a contiguous uint8 tensor [N, H, W, 1 or 3] on the CPU");
  if (pixels.numel() == 0) return call.undefined();
  RoundTrip round_trip;
  for (int64_t i = 0; i < pixels.size(0); i++) {
    auto* const data = pixels.mutable_data_ptr<uint8_t>() + i * pixels.stride(0);
    round_trip.run({data, pixels.size(1), pixels.size(2), pixels.size(3)}, quality);
  }
  return call.undefined();
}

constexpr Export kExports[] = {
    {"jpegRoundTrip", jpeg_round_trip},
};

}  // namespace

void export_jpeg_compression(Addon& addon, Napi::Object exports) {
  add_exports(addon, exports, kExports);
}

}  // namespace node_libtorch
