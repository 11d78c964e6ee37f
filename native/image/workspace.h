// What a thread needs to make samples, kept from one to the next.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/canvas.h"
#include "image/jpeg.h"
#include "image/picture.h"
#include "image/stopwatch.h"

namespace node_libtorch::image {

struct Workspace {
  Stopwatch watch;
  /// The file that is being read, or a JPEG put together from tiles.
  std::vector<uint8_t> file;
  JpegDecoder jpeg;
  Canvas canvas{watch};

  /// Gives the memory of an unusually large picture back.
  void trim() {
    if (file.size() > kKeptBytes) file = {};
    canvas.trim();
  }
};

}  // namespace node_libtorch::image
