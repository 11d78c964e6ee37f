// Looking for what is wrong with picture files, without making anything of them.

#pragma once

#include <string>
#include <vector>

#include "image/batch.h"
#include "image/pool.h"
#include "image/source.h"

namespace node_libtorch::image {

/// Reads all of every file.
class Verification : public Job {
 public:
  Verification(std::vector<std::string> paths, const Limits& limits);

  size_t size() const override { return samples_.size(); }
  void make(size_t i, Workspace& workspace) noexcept override;
  /// What became of each file.
  const std::vector<Sample>& samples() const { return samples_; }

 private:
  std::vector<std::string> paths_;
  Limits limits_;
  std::vector<Sample> samples_;
};

}  // namespace node_libtorch::image
