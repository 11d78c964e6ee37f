// One picture under geometric changes, which are put off until its pixels are needed: a crop
// decodes no more than the crop, and a resize computes no more than a later crop keeps.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "image/erase.h"
#include "image/output.h"
#include "image/picture.h"
#include "image/resize.h"
#include "image/source.h"
#include "image/stopwatch.h"

namespace node_libtorch::image {

/// What lies outside a picture; the numbers are part of the format of programs.
struct Border {
  enum class Mode : int {
    kConstant,
    /// The outermost pixel.
    kEdge,
    /// Mirrored without repeating the outermost pixel.
    kReflect,
    /// Mirrored with it.
    kSymmetric,
  };
  Mode mode = Mode::kConstant;
  /// Of kConstant, for each channel.
  std::array<float, 3> fill{};
};

/// One for each thread, for one picture after the other.
class Canvas {
 public:
  explicit Canvas(Stopwatch& watch) : watch_(watch) {}

  /// Begins with a picture, which must live until the pixels are read. If `fast`, one that is to
  /// become much smaller may be read at a fraction of its size.
  void open(Source& source, bool fast = false);

  int width() const { return window_.width; }
  int height() const { return window_.height; }

  /// Cuts a box out, which may reach out of the picture.
  /// @throws PictureError where a mirror would need more pixels than there are
  void crop(const Box& box, const Border& border = {});
  void resize(int width, int height);
  void flip_horizontally();
  void flip_vertically();

  /// From here on the picture is one of float32 numbers. Its bytes stay bytes as long as that makes
  /// no difference.
  void to_float(Scale scale);
  /// (value - mean) / std of each channel, of a picture of numbers; put off as well.
  void normalize(const std::array<float, 3>& mean, const std::array<float, 3>& std);
  /// Overwrites a box with a colour, of a picture of numbers as late as in the batch.
  void erase(const Patch& patch);

  /// Calls `fn` with the pixels as they are now, Pixels or Floats, to be changed.
  template <class Fn>
  void change(Fn&& fn) {
    realize();
    if (!values_) return fn(pixels_);
    settle_values();
    settle_patches();
    fn(floats_);
  }

  /// Calls `fn` with the pixels, Pixels or Floats, with what is to become of their values, null if
  /// they are a picture of bytes, and with the patches that then cover them.
  template <class Fn>
  void finish(Fn&& fn) {
    realize();
    const Values* values = values_ ? &*values_ : nullptr;
    if (in_floats_) {
      fn(floats_, values, patches_);
    } else {
      fn(pixels_, values, patches_);
    }
  }

  /// Gives the memory of an unusually large picture back.
  void trim();

 private:
  struct Size {
    int width;
    int height;
    /// Resized as numbers, not as bytes.
    bool in_floats;
  };

  void begin(int width, int height);
  /// Does what was put off of places.
  void realize();
  template <class T>
  void flip_into(const ViewOf<T>& view, Raster<T>& to) const;
  /// The pixels of a box of the source, or of pixels_.
  View read(const Box& box, int shrink = 1);
  void resize_now();
  /// How many times smaller the source is read.
  int shrink() const;
  template <class T>
  void crop_beyond(const Box& box, const Border& border, Raster<T>& pixels, Raster<T>& spare);
  /// Does what was put off of values: the picture is in floats_ afterwards.
  void settle_values();
  /// Covers the picture with its patches.
  void settle_patches();

  Stopwatch& watch_;
  Resizer resizer_;
  Axis columns_;
  Axis rows_;
  Pixels pixels_;
  Pixels spare_;
  Floats floats_;
  Floats spare_floats_;
  /// Of each column of a crop that reaches out of the picture, the column that it copies.
  std::vector<int> sources_;

  /// Null once its pixels are read: they are in pixels_.
  Source* source_ = nullptr;
  bool fast_ = false;
  /// They are in floats_ instead.
  bool in_floats_ = false;
  /// What is still to be done to single values; a picture of bytes has none.
  std::optional<Values> values_;
  /// What covers the picture after that; one of bytes has none.
  std::vector<Patch> patches_;
  /// What of the source is used.
  Box box_;
  std::optional<Size> resized_;
  /// What of the resized box is used; without a resize, all of the box.
  Box window_;
  bool flip_x_ = false;
  bool flip_y_ = false;
};

}  // namespace node_libtorch::image
