// Memory of batches, used again and again: the kernel clears fresh memory page by page, which costs
// a fifth of the time of a loader.

#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>

namespace node_libtorch::image {

/// Blocks of memory that tensors have given back. Any thread may free such a tensor.
class Ring : public std::enable_shared_from_this<Ring> {
 public:
  ~Ring() { close(); }

  /// A tensor with unset values, whose memory comes back here.
  at::Tensor make(at::IntArrayRef sizes, at::ScalarType type, at::MemoryFormat format);
  /// Frees what is kept, and from now on what comes back.
  void close();

 private:
  struct Block {
    void* start;
    size_t bytes;
  };

  Block take(size_t bytes);
  void give_back(Block block);

  std::mutex mutex_;
  std::deque<Block> blocks_;
  bool closed_ = false;
};

}  // namespace node_libtorch::image
