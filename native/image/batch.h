// The samples of one batch: what is to be done for each, and what became of it.

#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "image/erase.h"
#include "image/output.h"
#include "image/pool.h"
#include "image/program.h"
#include "image/source.h"
#include "image/stopwatch.h"

namespace node_libtorch::image {

/// One sample of a batch.
struct Sample {
  std::unique_ptr<Origin> origin;
  /// Where in the batch it belongs.
  int64_t place = 0;
  RandomKey key{};

  enum class Outcome : uint8_t {
    kUntouched,
    kDone,
    /// The file is no JPEG, or a kind of JPEG that libjpeg does not decode: others can.
    kOtherFormat,
    kFailed,
  };
  Outcome outcome = Outcome::kUntouched;
  /// Why it failed, as a clause that follows the name of the file.
  std::string reason;
  Times times{};
};

/// How pictures are opened.
struct Opening {
  Limits limits;
  /// Whether those that become much smaller may be decoded at a fraction of their size.
  bool fast = false;
};

class Batch : public Job {
 public:
  /// `out` is [samples, 3, height, width] of uint8, float32 or bfloat16, in any order of memory.
  Batch(at::Tensor out, Program program, const Opening& opening, std::vector<Sample> samples);

  size_t size() const override { return samples_.size(); }
  void make(size_t i, Workspace& workspace) noexcept override;
  const std::vector<Sample>& samples() const { return samples_; }
  const at::Tensor& out() const { return out_; }

 private:
  Sample::Outcome make(const Sample& sample, Workspace& workspace) const;
  template <class T>
  void write(const Raster<T>& pixels, const Values* values, std::span<const Patch> patches,
             int64_t place) const;

  at::Tensor out_;
  Program program_;
  Opening opening_;
  std::vector<Sample> samples_;
};

}  // namespace node_libtorch::image
