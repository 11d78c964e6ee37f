// What must be equal, whatever a file holds.

#pragma once

#include <stdexcept>

#include "file.h"
#include "image/jpeg.h"
#include "image/tiler.h"
#include "random.h"

namespace torture {

/// Something that should be equal is not.
class Difference : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A box has the pixels of the whole picture, and these depend on no file before.
/// @throws Difference
void check_boxes(node_libtorch::image::JpegDecoder& decoder, const File& file, Random& random);

/// So has a box that is read from tiles.
/// @throws Difference
void check_tiles(node_libtorch::image::JpegDecoder& decoder, const File& file,
                 const node_libtorch::image::TiledFile& tiled, Random& random);

}  // namespace torture
