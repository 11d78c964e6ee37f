// Decoding JPEG: all of a picture, or exactly the pixels that a full decode has in a box, for the
// price of the box.

#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "image/picture.h"

namespace node_libtorch::image {

/// Whether this build decodes JPEG; if not, what follows refuses every file.
bool decodes_jpeg();
/// Whether bytes begin as a JPEG file does.
inline bool is_jpeg(std::span<const uint8_t> bytes) {
  return bytes.size() > 2 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff;
}

struct JpegHeader {
  int width;
  int height;
};

/// Decodes one picture after the other; one for each thread.
class JpegDecoder {
 public:
  JpegDecoder();
  ~JpegDecoder();
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;

  /// Reads the header. The bytes must live until the pixels are read.
  JpegHeader open(std::span<const uint8_t> bytes);

  /// The pixels of a box of the opened picture, in red, green and blue whatever the file holds; the
  /// same bytes as decoding all of it and cutting the box out.
  /// With `shrink` 2, 4 or 8 the box is one of a picture that is so many times smaller, whose
  /// pixels are means of those of the whole one.
  /// @throws PictureError when the picture is damaged or cut off, as far as reading the box shows
  void read(const Box& box, Pixels& out, int shrink = 1);

  /// Reads all of the opened picture, for what is wrong with it.
  /// @throws PictureError
  void verify();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace node_libtorch::image
