#include "image/batch.h"

#include <exception>
#include <string>
#include <type_traits>
#include <utility>

#include "image/workspace.h"

namespace node_libtorch::image {

Batch::Batch(at::Tensor out, Program program, const Opening& opening, std::vector<Sample> samples)
    : out_(std::move(out)),
      program_(std::move(program)),
      opening_(opening),
      samples_(std::move(samples)) {}

void Batch::make(size_t i, Workspace& workspace) noexcept {
  Sample& sample = samples_[i];
  workspace.watch.start(Stage::kRead);
  try {
    sample.outcome = make(sample, workspace);
  } catch (const std::exception& error) {
    sample.outcome = Sample::Outcome::kFailed;
    sample.reason = error.what();
  }
  sample.times = workspace.watch.stop();
}

Sample::Outcome Batch::make(const Sample& sample, Workspace& workspace) const {
  const std::unique_ptr<Source> source = sample.origin->open(workspace, opening_.limits);
  if (source == nullptr) return Sample::Outcome::kOtherFormat;
  Canvas& canvas = workspace.canvas;
  workspace.watch.enter(Stage::kColour);
  canvas.open(*source, opening_.fast);
  program_.run(canvas, sample.key);
  canvas.finish([&](const auto& pixels, const Values* values, const auto& patches) {
    const InStage stage(workspace.watch, Stage::kWrite);
    write(pixels, values, patches, sample.place);
  });
  return Sample::Outcome::kDone;
}

template <class T>
void Batch::write(const Raster<T>& pixels, const Values* values, std::span<const Patch> patches,
                  int64_t place) const {
  if (pixels.height() != out_.size(2) || pixels.width() != out_.size(3)) {
    throw PictureError("it came out as " + std::to_string(pixels.height()) + " x " +
                       std::to_string(pixels.width()) + " pixels, expected " +
                       std::to_string(out_.size(2)) + " x " + std::to_string(out_.size(3)));
  }
  const Strides strides{out_.stride(1), out_.stride(2), out_.stride(3)};
  const auto for_rows = [&]<class To>(To* to, auto&& write_row) {
    for (int y = 0; y < pixels.height(); y++, to += strides.row) write_row(pixels.row(y), to);
  };
  const OutputKernels& kernels = best_output_kernels();
  const int width = pixels.width();
  const int64_t first = out_.stride(0) * place;
  const auto write_numbers = [&]<class To>(To* to) {
    if (values == nullptr) throw PictureError("it came out as bytes, expected floats");
    const auto writer = kernels.writer(pixels.row(0), to);
    for_rows(to, [&](const T* from, To* row) { writer(from, width, *values, strides, row); });
    for (const Patch& patch : patches) erase(patch, strides, to);
  };
  switch (out_.scalar_type()) {
    case at::kFloat:
      return write_numbers(out_.mutable_data_ptr<float>() + first);
    case at::kBFloat16:
      return write_numbers(out_.mutable_data_ptr<at::BFloat16>() + first);
    default:
      if (values != nullptr) throw PictureError("it came out as floats, expected bytes");
      if constexpr (std::is_same_v<T, uint8_t>) {
        for_rows(out_.mutable_data_ptr<uint8_t>() + first,
                 [&](const T* from, T* row) { kernels.bytes(from, width, strides, row); });
      }
  }
}

}  // namespace node_libtorch::image
