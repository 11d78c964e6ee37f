#include "image/tiles.h"

#include <algorithm>
#include <cstring>

namespace node_libtorch::image {

namespace {

constexpr uint8_t kMarker = 0xff;
constexpr uint8_t kFirstRestart = 0xd0;
constexpr uint8_t kEnd = 0xd9;
/// Bytes of a marker.
constexpr size_t kMarkerSize = 2;
/// Bytes from the marker of a frame header to the height in it, and to its end.
constexpr int kToHeight = 5;
constexpr int kToWidth = 7;
constexpr int kFrameHeader = 9;
/// A smooth upsampling of colour mixes each value with its neighbour, which spans two pixels.
constexpr int kMargin = 2;
/// In a picture that is shrunk, a row of two values of colour or less is not upsampled smoothly.
constexpr int kShrunkMargin = 4;

void put_size(uint8_t* to, int size) {
  to[0] = static_cast<uint8_t>(size >> 8);
  to[1] = static_cast<uint8_t>(size);
}

[[noreturn]] void fail_damaged() {
  throw PictureError("its tiles are damaged: they lead out of the file");
}

}  // namespace

bool Tiling::fits(size_t bytes) const {
  constexpr int kMost = 65535;
  const auto is_unit = [](int size) { return size == 8 || size == 16 || size == 24 || size == 32; };
  return width > 0 && width <= kMost && height > 0 && height <= kMost && is_unit(mcu_width) &&
         is_unit(mcu_height) && restart > 0 && mcus_of_row() % restart == 0 && frame_header > 0 &&
         frame_header + kFrameHeader <= header_length &&
         static_cast<size_t>(header_length) < bytes && count() <= bytes;
}

TileRange tiles_around(const Tiling& tiling, const Box& box, int margin) {
  const int width = tiling.tile_width();
  const int height = tiling.mcu_height;
  TileRange range;
  range.first_column = std::max(0, box.left - margin) / width;
  range.first_row = std::max(0, box.top - margin) / height;
  range.last_column = std::min((box.left + box.width - 1 + margin) / width, tiling.columns() - 1);
  range.last_row = std::min((box.top + box.height - 1 + margin) / height, tiling.rows() - 1);
  const int left = range.first_column * width;
  const int top = range.first_row * height;
  // At the edges the true size, which a decoder's treatment of the last pixels depends on.
  range.box = {left, top, std::min((range.last_column + 1) * width, tiling.width) - left,
               std::min((range.last_row + 1) * height, tiling.height) - top};
  return range;
}

void splice(std::span<const uint8_t> file, const Tiling& tiling, std::span<const uint32_t> offsets,
            const TileRange& range, std::vector<uint8_t>& out) {
  const auto offset_of = [&](int row, int column) {
    return static_cast<size_t>(offsets[static_cast<size_t>(row) * tiling.columns() + column]);
  };
  const size_t header = static_cast<size_t>(tiling.header_length);
  size_t length = header;
  for (int row = range.first_row; row <= range.last_row; row++) {
    const size_t begin = offset_of(row, range.first_column);
    const size_t end = offset_of(row, range.last_column + 1);
    if (begin < header || end < begin + kMarkerSize || end > file.size()) fail_damaged();
    length += end - begin;
  }
  // Tiles that overlap could ask for more memory than there is.
  if (length > file.size()) fail_damaged();
  out.resize(length);
  uint8_t* to = out.data();
  std::memcpy(to, file.data(), header);
  put_size(to + tiling.frame_header + kToHeight, range.box.height);
  put_size(to + tiling.frame_header + kToWidth, range.box.width);
  to += header;
  unsigned tiles = 0;
  for (int row = range.first_row; row <= range.last_row; row++) {
    const size_t begin = offset_of(row, range.first_column);
    const size_t end = offset_of(row, range.last_column + 1);
    std::memcpy(to, file.data() + begin, end - begin);
    // Decoders expect the markers to be numbered from zero on, over and over.
    for (int column = range.first_column; column <= range.last_column; column++) {
      const size_t next = offset_of(row, column + 1);
      if (next < begin + kMarkerSize || next > end) fail_damaged();
      to[next - begin - 2] = kMarker;
      to[next - begin - 1] = kFirstRestart + tiles++ % 8;
    }
    to += end - begin;
  }
  to[-1] = kEnd;
}

View TiledSource::read(const Box& box, Pixels& memory) { return decode(box, 1, kMargin, memory); }

View TiledSource::read_shrunk(const Box& box, int by, Pixels& memory) {
  return decode(box, by, kShrunkMargin * by, memory);
}

View TiledSource::decode(const Box& box, int shrink, int margin, Pixels& memory) {
  const Box used{box.left * shrink, box.top * shrink, box.width * shrink, box.height * shrink};
  const TileRange range = tiles_around(tiling_, used, margin);
  std::span<const uint8_t> bytes = file_;
  if (range.box.width < tiling_.width || range.box.height < tiling_.height) {
    splice(file_, tiling_, offsets_, range, spliced_);
    bytes = spliced_;
  }
  const JpegHeader header = decoder_.open(bytes);
  if (header.width != range.box.width || header.height != range.box.height) {
    throw PictureError("its tiles are damaged: they are of another size");
  }
  // Tiles begin at multiples of 8 pixels, the most that a picture is shrunk by.
  decoder_.read(
      {box.left - range.box.left / shrink, box.top - range.box.top / shrink, box.width, box.height},
      memory, shrink);
  return view_of(memory, {0, 0, box.width, box.height});
}

}  // namespace node_libtorch::image
