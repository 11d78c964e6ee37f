#include "image/canvas.h"

#include <algorithm>
#include <string>
#include <utility>

namespace node_libtorch::image {

namespace {

/// The place of a picture's edge of `length` that is seen at `place`; -1 for the constant.
int source_of(Border::Mode mode, int place, int length) {
  if (place >= 0 && place < length) return place;
  switch (mode) {
    case Border::Mode::kEdge:
      return std::clamp(place, 0, length - 1);
    case Border::Mode::kReflect:
      return place < 0 ? -place : 2 * (length - 1) - place;
    case Border::Mode::kSymmetric:
      return place < 0 ? -place - 1 : 2 * length - 1 - place;
    default:
      return -1;
  }
}

void check_mirror(Border::Mode mode, int length, int needed) {
  const bool mirrors = mode == Border::Mode::kReflect || mode == Border::Mode::kSymmetric;
  const int most = mode == Border::Mode::kReflect ? length - 1 : length;
  if (!mirrors || needed <= most) return;
  throw PictureError("its edge of " + std::to_string(length) + " pixels is too short to mirror " +
                     std::to_string(needed));
}

}  // namespace

void Canvas::begin(int width, int height) {
  box_ = window_ = {0, 0, width, height};
  resized_.reset();
  flip_x_ = flip_y_ = false;
}

void Canvas::open(Source& source, bool fast) {
  source_ = &source;
  fast_ = fast;
  in_floats_ = false;
  values_.reset();
  patches_.clear();
  begin(source.width(), source.height());
}

void Canvas::trim() {
  pixels_.trim();
  spare_.trim();
  floats_.trim();
  spare_floats_.trim();
  resizer_.trim();
}

void Canvas::crop(const Box& box, const Border& border) {
  if (box.width < 1 || box.height < 1) throw PictureError("nothing is left of it");
  settle_patches();
  const bool inside = box.left >= 0 && box.top >= 0 && box.left + box.width <= width() &&
                      box.top + box.height <= height();
  if (!inside) {
    realize();
    // A constant is one of the values as they are now; a zero alone may be that of a byte.
    const bool is_zero = border.fill == std::array<float, 3>{};
    const bool settles = values_ && (values_->normalize || !is_zero);
    if (border.mode == Border::Mode::kConstant && settles) settle_values();
    if (in_floats_) {
      crop_beyond(box, border, floats_, spare_floats_);
    } else {
      crop_beyond(box, border, pixels_, spare_);
    }
    return;
  }
  const int left = flip_x_ ? width() - box.left - box.width : box.left;
  const int top = flip_y_ ? height() - box.top - box.height : box.top;
  if (resized_) {
    window_ = {window_.left + left, window_.top + top, box.width, box.height};
  } else {
    box_ = {box_.left + left, box_.top + top, box.width, box.height};
    window_ = {0, 0, box.width, box.height};
  }
}

void Canvas::resize(int width, int height) {
  if (width == this->width() && height == this->height()) return;
  settle_patches();
  // The weights of a mirrored picture are the mirrored weights but for rounding.
  if (resized_ || flip_x_ || flip_y_) realize();
  if (values_ && values_->normalize) settle_values();
  resized_ = Size{width, height, values_.has_value()};
  window_ = {0, 0, width, height};
}

void Canvas::flip_horizontally() {
  for (auto& [box, colour] : patches_) box.left = width() - box.left - box.width;
  flip_x_ = !flip_x_;
}

void Canvas::flip_vertically() {
  for (auto& [box, colour] : patches_) box.top = height() - box.top - box.height;
  flip_y_ = !flip_y_;
}

void Canvas::to_float(Scale scale) {
  if (!values_) values_ = Values{.scale = scale};
}

void Canvas::normalize(const std::array<float, 3>& mean, const std::array<float, 3>& std) {
  if (!values_) throw PictureError("only a picture of floats can be normalized");
  if (values_->normalize) settle_values();
  values_->normalize = true;
  values_->mean = mean;
  values_->std = std;
  for (Patch& patch : patches_) {
    for (int c = 0; c < 3; c++) patch.colour[c] = (patch.colour[c] - mean[c]) / std[c];
  }
}

void Canvas::erase(const Patch& patch) {
  if (values_) {
    patches_.push_back(patch);
    return;
  }
  realize();
  image::erase(patch, pixels_);
}

View Canvas::read(const Box& box, int shrink) {
  if (source_ == nullptr) return view_of(pixels_, box);
  const InStage stage(watch_, Stage::kDecode);
  Source& source = *std::exchange(source_, nullptr);
  return shrink == 1 ? source.read(box, pixels_) : source.read_shrunk(box, shrink, pixels_);
}

template <class T>
void Canvas::flip_into(const ViewOf<T>& view, Raster<T>& to) const {
  to.reshape(view.width, view.height);
  for (int y = 0; y < view.height; y++) {
    const T* from = view.row(flip_y_ ? view.height - 1 - y : y);
    T* row = to.row(y);
    if (!flip_x_) {
      std::copy_n(from, to.stride(), row);
      continue;
    }
    const T* pixel = from + to.stride();
    for (int x = 0; x < view.width; x++) std::copy_n(pixel -= kPixel, kPixel, row + x * kPixel);
  }
}

void Canvas::realize() {
  if (resized_) {
    resize_now();
  } else if (in_floats_) {
    const ViewOf<float> view = view_of(floats_, box_);
    const bool whole = view.width == floats_.width() && view.height == floats_.height();
    if (!whole || flip_x_ || flip_y_) {
      flip_into(view, spare_floats_);
      std::swap(floats_, spare_floats_);
    }
  } else {
    const View view = read(box_);
    const bool in_place = view.data == pixels_.row(0) && view.width == pixels_.width() &&
                          view.height == pixels_.height();
    if (!in_place || flip_x_ || flip_y_) {
      flip_into(view, spare_);
      std::swap(pixels_, spare_);
    }
  }
  if (in_floats_) {
    begin(floats_.width(), floats_.height());
  } else {
    begin(pixels_.width(), pixels_.height());
  }
}

int Canvas::shrink() const {
  constexpr int kMost = 8;
  int by = 1;
  if (source_ == nullptr || !fast_ || !source_->shrinks()) return by;
  while (by < kMost && box_.width >= by * 2 * resized_->width &&
         box_.height >= by * 2 * resized_->height) {
    by *= 2;
  }
  return by;
}

void Canvas::resize_now() {
  const auto [width, height, in_floats] = *resized_;
  const int by = shrink();
  // A border that falls into a pixel of the smaller picture stays there: rounding it would move all
  // of the picture.
  const auto extent = [by](int from, int length) {
    const int first = from / by;
    const int end = (from + length + by - 1) / by;
    return Extent{static_cast<double>(length) / by, static_cast<double>(from % by) / by,
                  end - first};
  };
  const Extent across = extent(box_.left, box_.width);
  const Extent down = extent(box_.top, box_.height);
  if (in_floats) {
    columns_.compute<float>(across, width, window_.left, window_.width, flip_x_);
    rows_.compute<float>(down, height, window_.top, window_.height, flip_y_);
  } else {
    columns_.compute<uint8_t>(across, width, window_.left, window_.width, flip_x_);
    rows_.compute<uint8_t>(down, height, window_.top, window_.height, flip_y_);
  }
  const int left = columns_.lowest();
  const int top = rows_.lowest();
  const Box used{box_.left / by + left, box_.top / by + top, columns_.highest() - left,
                 rows_.highest() - top};
  columns_.begin_at(left);
  rows_.begin_at(top);
  if (in_floats_) {
    const InStage stage(watch_, Stage::kResize);
    resizer_.run(view_of(floats_, used), columns_, rows_, spare_floats_);
    std::swap(floats_, spare_floats_);
    return;
  }
  const View view = read(used, by);
  const InStage stage(watch_, Stage::kResize);
  if (in_floats) {
    resizer_.run(view, values_->scale, columns_, rows_, floats_);
    in_floats_ = true;
  } else {
    resizer_.run(view, columns_, rows_, spare_);
    std::swap(pixels_, spare_);
  }
}

template <class T>
void Canvas::crop_beyond(const Box& box, const Border& border, Raster<T>& pixels,
                         Raster<T>& spare) {
  const int right = box.left + box.width;
  const int bottom = box.top + box.height;
  check_mirror(border.mode, width(), std::max(-box.left, right - width()));
  check_mirror(border.mode, height(), std::max(-box.top, bottom - height()));
  const std::array<T, kPixel> fill{static_cast<T>(border.fill[0]), static_cast<T>(border.fill[1]),
                                   static_cast<T>(border.fill[2]), T{0}};
  sources_.resize(box.width);
  for (int x = 0; x < box.width; x++) sources_[x] = source_of(border.mode, box.left + x, width());
  spare.reshape(box.width, box.height);
  for (int y = 0; y < box.height; y++) {
    const int from_row = source_of(border.mode, box.top + y, height());
    T* to = spare.row(y);
    for (int x = 0; x < box.width; x++, to += kPixel) {
      const bool is_fill = from_row < 0 || sources_[x] < 0;
      const T* from =
          is_fill ? fill.data() : pixels.row(from_row) + static_cast<size_t>(sources_[x]) * kPixel;
      std::copy_n(from, kPixel, to);
    }
  }
  std::swap(pixels, spare);
  begin(box.width, box.height);
}

void Canvas::settle_values() {
  realize();
  if (!in_floats_) {
    floats_.reshape(pixels_.width(), pixels_.height());
    for (int y = 0; y < pixels_.height(); y++) {
      best_float_resize_kernels().to_floats(pixels_.row(y), pixels_.width(), values_->scale,
                                            floats_.row(y));
    }
    in_floats_ = true;
  }
  if (!std::exchange(values_->normalize, false)) return;
  for (int y = 0; y < floats_.height(); y++) {
    float* pixel = floats_.row(y);
    for (int x = 0; x < floats_.width(); x++, pixel += kPixel) {
      for (int c = 0; c < 3; c++) pixel[c] = (pixel[c] - values_->mean[c]) / values_->std[c];
    }
  }
}

void Canvas::settle_patches() {
  if (patches_.empty()) return;
  settle_values();
  for (const Patch& patch : patches_) image::erase(patch, floats_);
  patches_.clear();
}

}  // namespace node_libtorch::image
