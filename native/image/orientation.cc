#include <cstring>
#include <utility>

#include "image/source.h"

namespace node_libtorch::image {

namespace {

/// Orientations from which on rows are columns.
constexpr int kFirstTurned = 5;

/// Reads a box as it is stored, and turns its pixels.
class OrientedSource : public Source {
 public:
  OrientedSource(std::unique_ptr<Source> source, int orientation)
      : source_(std::move(source)),
        turned_(orientation >= kFirstTurned),
        flip_x_(orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8),
        flip_y_(orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) {}

  int width() const override { return turned_ ? source_->height() : source_->width(); }
  int height() const override { return turned_ ? source_->width() : source_->height(); }

  View read(const Box& box, Pixels& memory) override {
    return turn(source_->read(stored_box(box), stored_), memory);
  }

 private:
  /// Where a box lies in the stored picture.
  Box stored_box(Box box) const {
    if (turned_) box = {box.top, box.left, box.height, box.width};
    if (flip_x_) box.left = source_->width() - box.left - box.width;
    if (flip_y_) box.top = source_->height() - box.top - box.height;
    return box;
  }

  View turn(const View& from, Pixels& to) const {
    const int width = turned_ ? from.height : from.width;
    const int height = turned_ ? from.width : from.height;
    to.reshape(width, height);
    for (int y = 0; y < height; y++) {
      uint8_t* pixel = to.row(y);
      for (int x = 0; x < width; x++, pixel += kPixel) {
        int from_x = turned_ ? y : x;
        int from_y = turned_ ? x : y;
        if (flip_x_) from_x = from.width - 1 - from_x;
        if (flip_y_) from_y = from.height - 1 - from_y;
        std::memcpy(pixel, from.row(from_y) + static_cast<size_t>(from_x) * kPixel, kPixel);
      }
    }
    return view_of(to, {0, 0, width, height});
  }

  std::unique_ptr<Source> source_;
  bool turned_;
  /// Whether the stored picture is mirrored, before it is turned.
  bool flip_x_;
  bool flip_y_;
  Pixels stored_;
};

}  // namespace

std::unique_ptr<Source> oriented(std::unique_ptr<Source> source, int orientation) {
  if (orientation == 1) return source;
  return std::make_unique<OrientedSource>(std::move(source), orientation);
}

}  // namespace node_libtorch::image
