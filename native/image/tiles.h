// JPEG files that are cut into tiles by restart markers, so that a crop needs only the tiles around
// it: a small valid JPEG is put together of them, for a decoder that knows nothing of this.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "image/jpeg.h"
#include "image/picture.h"
#include "image/source.h"

namespace node_libtorch::image {

/// How a file is tiled: one baseline scan, in rows of MCUs (units of blocks that are coded
/// together), with a restart marker behind every `restart` MCUs.
struct Tiling {
  int width = 0;
  int height = 0;
  /// Pixels of an MCU.
  int mcu_width = 0;
  int mcu_height = 0;
  /// MCUs of a tile. It divides the MCUs of a row, so that no tile goes on in the next row and the
  /// last tile of a row ends with the picture: what a decoder makes of the right edge depends on
  /// the width.
  int restart = 0;
  /// Where in the file the scan's data begin, and the marker that is followed by the size.
  int header_length = 0;
  int frame_header = 0;

  int mcus_of_row() const { return (width + mcu_width - 1) / mcu_width; }
  int columns() const { return mcus_of_row() / restart; }
  int rows() const { return (height + mcu_height - 1) / mcu_height; }
  size_t count() const { return static_cast<size_t>(columns()) * rows(); }
  int tile_width() const { return restart * mcu_width; }

  /// Whether the numbers can be those of a file of so many bytes.
  bool fits(size_t bytes) const;
};

/// The tiles that a box needs, and where they lie in the picture.
struct TileRange {
  int first_column;
  int last_column;
  int first_row;
  int last_row;
  Box box;
};
/// @param margin pixels around the box that its own depend on
TileRange tiles_around(const Tiling& tiling, const Box& box, int margin);

/// Puts the JPEG file of a range of tiles together.
/// @param offsets where each tile begins in the file, row by row, then where the file ends; a tile
///   ends two bytes, those of a marker, before the next begins
/// @throws PictureError for offsets that lead out of the file
void splice(std::span<const uint8_t> file, const Tiling& tiling, std::span<const uint32_t> offsets,
            const TileRange& range, std::vector<uint8_t>& out);

/// A tiled file in memory, which must outlive it.
class TiledSource : public Source {
 public:
  TiledSource(JpegDecoder& decoder, std::vector<uint8_t>& spliced, std::span<const uint8_t> file,
              const Tiling& tiling, std::span<const uint32_t> offsets)
      : decoder_(decoder), spliced_(spliced), file_(file), tiling_(tiling), offsets_(offsets) {}

  int width() const override { return tiling_.width; }
  int height() const override { return tiling_.height; }
  View read(const Box& box, Pixels& memory) override;
  bool shrinks() const override { return true; }
  View read_shrunk(const Box& box, int by, Pixels& memory) override;

 private:
  View decode(const Box& box, int shrink, int margin, Pixels& memory);

  JpegDecoder& decoder_;
  std::vector<uint8_t>& spliced_;
  std::span<const uint8_t> file_;
  Tiling tiling_;
  std::span<const uint32_t> offsets_;
};

}  // namespace node_libtorch::image
