// Where pixels come from: a file, a pack, a cache and memory are alike to what is done to them.

#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>

#include "image/picture.h"

namespace node_libtorch::image {

struct Workspace;

struct Limits {
  int64_t max_pixels;
  int64_t max_bytes;
  /// Whether the orientation that a camera has noted is applied.
  bool exif = false;
};

/// One picture, opened: its size is known, its pixels are not decoded yet.
class Source {
 public:
  virtual ~Source() = default;
  virtual int width() const = 0;
  virtual int height() const = 0;
  /// The pixels of a box inside the picture: in `memory`, or where they are already. Called once.
  /// @throws PictureError when the picture is damaged
  virtual View read(const Box& box, Pixels& memory) = 0;
  /// Whether it can be read at a half, a quarter and an eighth of its size as well, for less work.
  virtual bool shrinks() const { return false; }
  /// As read, of the picture with every `by` x `by` pixels as one.
  virtual View read_shrunk(const Box&, int /*by*/, Pixels&) {
    throw std::logic_error("a picture that does not shrink");
  }
};

/// What a sample is made from; opened by the thread that makes the sample.
class Origin {
 public:
  virtual ~Origin() = default;
  /// The picture, which may look at the workspace and at the origin while it lives; null if its
  /// format is none of those that are decoded here.
  /// @throws PictureError
  virtual std::unique_ptr<Source> open(Workspace& workspace, const Limits& limits) const = 0;
};

/// The picture as it is seen in an orientation, 1 to 8 as in TIFF.
std::unique_ptr<Source> oriented(std::unique_ptr<Source> source, int orientation);

/// @throws PictureError for a picture of too many pixels
void check_size(int width, int height, const Limits& limits);

}  // namespace node_libtorch::image
