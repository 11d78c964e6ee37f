// Samples from a pack.

#pragma once

#include <memory>
#include <utility>

#include "image/pack_file.h"
#include "image/source.h"

namespace node_libtorch::image {

/// One picture of a pack, decoded if it is a JPEG.
class PackOrigin : public Origin {
 public:
  /// `entry` is one of the pack's.
  PackOrigin(PackPtr pack, size_t entry) : pack_(std::move(pack)), entry_(entry) {}
  std::unique_ptr<Source> open(Workspace& workspace, const Limits& limits) const override;

 private:
  PackPtr pack_;
  size_t entry_;
};

}  // namespace node_libtorch::image
