#include "image/verify.h"

#include <exception>
#include <utility>

#include "image/origin.h"
#include "image/workspace.h"

namespace node_libtorch::image {

Verification::Verification(std::vector<std::string> paths, const Limits& limits)
    : paths_(std::move(paths)), limits_(limits), samples_(paths_.size()) {}

void Verification::make(size_t i, Workspace& workspace) noexcept {
  Sample& sample = samples_[i];
  workspace.watch.start(Stage::kRead);
  try {
    read_file(paths_[i], limits_, workspace.file);
    sample.outcome = Sample::Outcome::kOtherFormat;
    if (decodes_jpeg() && is_jpeg(workspace.file)) {
      const InStage stage(workspace.watch, Stage::kDecode);
      const JpegHeader header = workspace.jpeg.open(workspace.file);
      check_size(header.width, header.height, limits_);
      workspace.jpeg.verify();
      sample.outcome = Sample::Outcome::kDone;
    }
  } catch (const std::exception& error) {
    sample.outcome = Sample::Outcome::kFailed;
    sample.reason = error.what();
  }
  sample.times = workspace.watch.stop();
}

}  // namespace node_libtorch::image
