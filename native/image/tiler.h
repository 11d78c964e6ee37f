// Cutting JPEG files into tiles without loss: the same coefficients in another order.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "image/source.h"
#include "image/tiles.h"

namespace node_libtorch::image {

/// A file with the same pixels as another, in tiles.
struct TiledFile {
  std::vector<uint8_t> bytes;
  Tiling tiling;
  /// Where each tile begins, and the file's length; see splice().
  std::vector<uint32_t> offsets;
};

/// Tiles one file after the other. Without libjpeg-turbo it refuses every file.
class JpegTiler {
 public:
  JpegTiler();
  ~JpegTiler();
  JpegTiler(const JpegTiler&) = delete;
  JpegTiler& operator=(const JpegTiler&) = delete;

  /// Nothing for a file that cannot be tiled but may be decoded: of four inks, of more than eight
  /// bits, or whose pixels would change.
  /// @throws PictureError when the file is damaged or has too many pixels
  std::optional<TiledFile> tile(std::span<const uint8_t> bytes, const Limits& limits);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace node_libtorch::image
