// One picture as a tensor.

#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "image/pool.h"
#include "image/source.h"

namespace node_libtorch::image {

/// Decodes a JPEG file.
class Decoding : public Job {
 public:
  Decoding(std::vector<uint8_t> file, const Limits& limits);

  size_t size() const override { return 1; }
  void make(size_t i, Workspace& workspace) noexcept override;

  /// [height, width, 3] of uint8; undefined if it could not be decoded.
  const at::Tensor& pixels() const { return pixels_; }
  /// Why not; empty if it is no JPEG file.
  const std::string& reason() const { return reason_; }

 private:
  std::vector<uint8_t> file_;
  Limits limits_;
  at::Tensor pixels_;
  std::string reason_;
};

}  // namespace node_libtorch::image
