// In place of libjpeg-turbo where its headers were not found.

#if !defined(NODE_LIBTORCH_JPEG)

#include "image/jpeg.h"

namespace node_libtorch::image {

namespace {

[[noreturn]] void refuse() {
  throw PictureError("this build of node-libtorch decodes no JPEG (see npx node-libtorch doctor)");
}

}  // namespace

bool decodes_jpeg() { return false; }

struct JpegDecoder::State {};
JpegDecoder::JpegDecoder() = default;
JpegDecoder::~JpegDecoder() = default;
JpegHeader JpegDecoder::open(std::span<const uint8_t>) { refuse(); }
void JpegDecoder::read(const Box&, Pixels&, int) { refuse(); }
void JpegDecoder::verify() { refuse(); }

}  // namespace node_libtorch::image

#endif
