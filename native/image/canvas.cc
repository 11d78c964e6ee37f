#include "image/canvas.h"

#include <algorithm>
#include <utility>

namespace node_libtorch::image {

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
  begin(source.width(), source.height());
}

void Canvas::crop(const Box& box) {
  const bool inside = box.left >= 0 && box.top >= 0 && box.left + box.width <= width() &&
                      box.top + box.height <= height();
  if (!inside) {
    realize();
    // A zero that is normalized would not be one.
    if (values_ && values_->normalize) settle_values();
    if (in_floats_) {
      pad(box, floats_, spare_floats_);
    } else {
      pad(box, pixels_, spare_);
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
  // The weights of a mirrored picture are the mirrored weights but for rounding.
  if (resized_ || flip_x_ || flip_y_) realize();
  if (values_ && values_->normalize) {
    realize();
    settle_values();
  }
  resized_ = Size{width, height, values_.has_value()};
  window_ = {0, 0, width, height};
}

void Canvas::to_float(Scale scale) {
  if (!values_) values_ = Values{.scale = scale};
}

void Canvas::normalize(const std::array<float, 3>& mean, const std::array<float, 3>& std) {
  if (!values_) throw PictureError("only a picture of floats can be normalized");
  if (values_->normalize) {
    realize();
    settle_values();
  }
  values_->normalize = true;
  values_->mean = mean;
  values_->std = std;
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
void Canvas::pad(const Box& box, Raster<T>& pixels, Raster<T>& spare) {
  spare.reshape(box.width, box.height);
  std::fill_n(spare.row(0), spare.stride() * box.height, T{0});
  const int left = std::max(0, box.left);
  const int right = std::min(width(), box.left + box.width);
  for (int y = std::max(0, box.top); y < std::min(height(), box.top + box.height); y++) {
    if (right <= left) break;
    std::copy_n(pixels.row(y) + static_cast<size_t>(left) * kPixel,
                static_cast<size_t>(right - left) * kPixel,
                spare.row(y - box.top) + static_cast<size_t>(left - box.left) * kPixel);
  }
  std::swap(pixels, spare);
  begin(box.width, box.height);
}

void Canvas::settle_values() {
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

}  // namespace node_libtorch::image
