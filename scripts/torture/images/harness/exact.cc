#include "exact.h"

#include <cstring>
#include <optional>
#include <vector>

#include "image/tiles.h"

namespace torture {

namespace {

using node_libtorch::image::Box;
using node_libtorch::image::JpegDecoder;
using node_libtorch::image::kPixel;
using node_libtorch::image::PictureError;
using node_libtorch::image::Pixels;
using node_libtorch::image::TiledFile;
using node_libtorch::image::TiledSource;

/// The pixels of a box, or of everything; nothing if they are refused.
std::optional<Pixels> decode(JpegDecoder& decoder, const File& file,
                             std::optional<Box> wanted = std::nullopt) {
  try {
    const auto [width, height] = decoder.open(file.bytes());
    if (static_cast<int64_t>(width) * height > kLimits.max_pixels) return std::nullopt;
    Pixels pixels;
    decoder.read(wanted.value_or(Box{0, 0, width, height}), pixels);
    return pixels;
  } catch (const PictureError&) {
    return std::nullopt;
  }
}

void compare(const Pixels& part, const Pixels& whole, const Box& box, const char* what) {
  for (int y = 0; y < box.height; y++) {
    for (int x = 0; x < box.width; x++) {
      const uint8_t* a = part.row(y) + static_cast<size_t>(x) * kPixel;
      const uint8_t* b = whole.row(box.top + y) + static_cast<size_t>(box.left + x) * kPixel;
      if (std::memcmp(a, b, 3) != 0) throw Difference(what);
    }
  }
}

Box random_box(const Pixels& of, Random& random) {
  Box box;
  box.width = random.between(1, of.width());
  box.height = random.between(1, of.height());
  box.left = random.between(0, of.width() - box.width);
  box.top = random.between(0, of.height() - box.height);
  return box;
}

Box all_of(const Pixels& pixels) { return {0, 0, pixels.width(), pixels.height()}; }

}  // namespace

void check_boxes(JpegDecoder& decoder, const File& file, Random& random) {
  const auto whole = decode(decoder, file);
  if (!whole) return;
  // What is damaged only outside the box, or inside, may be refused in one of the two.
  const Box box = random_box(*whole, random);
  const auto part = decode(decoder, file, box);
  if (part) compare(*part, *whole, box, "a box differs from the whole picture");
  JpegDecoder fresh;
  const auto again = decode(fresh, file);
  if (!again) throw Difference("a file is decoded after others, and refused by itself");
  compare(*again, *whole, all_of(*whole), "a file depends on those before");
}

void check_tiles(JpegDecoder& decoder, const File& file, const TiledFile& tiled, Random& random) {
  const auto whole = decode(decoder, file);
  if (!whole) return;
  const Box box = random_box(*whole, random);
  std::vector<uint8_t> spliced;
  Pixels memory;
  Pixels part;
  try {
    TiledSource source(decoder, spliced, tiled.bytes, tiled.tiling, tiled.offsets);
    const auto view = source.read(box, memory);
    part.reshape(view.width, view.height);
    for (int y = 0; y < view.height; y++) std::memcpy(part.row(y), view.row(y), part.stride());
  } catch (const PictureError&) {
    throw Difference("tiles are refused, of a picture that is not");
  }
  compare(part, *whole, box, "tiles differ from the whole picture");
}

}  // namespace torture
