#include "image/decoding.h"

#include <ATen/ops/empty.h>

#include <exception>
#include <memory>
#include <utility>

#include "image/origin.h"
#include "image/output.h"
#include "image/workspace.h"

namespace node_libtorch::image {

Decoding::Decoding(std::vector<uint8_t> file, const Limits& limits)
    : file_(std::move(file)), limits_(limits) {}

void Decoding::make(size_t, Workspace& workspace) noexcept {
  if (!decodes_jpeg() || !is_jpeg(file_)) return;
  try {
    const std::unique_ptr<Source> source = open_jpeg(workspace.jpeg, file_, limits_);
    // Not the memory of the thread: it would keep that of the largest picture.
    Pixels memory;
    const View view = source->read({0, 0, source->width(), source->height()}, memory);
    constexpr int64_t kChannels = 3;
    at::Tensor pixels = at::empty({view.height, view.width, kChannels}, at::kByte);
    const Strides strides{1, view.width * kChannels, kChannels};
    uint8_t* to = pixels.mutable_data_ptr<uint8_t>();
    for (int y = 0; y < view.height; y++, to += strides.row) {
      best_output_kernels().bytes(view.row(y), view.width, strides, to);
    }
    pixels_ = std::move(pixels);
  } catch (const std::exception& error) {
    reason_ = error.what();
  }
}

}  // namespace node_libtorch::image
