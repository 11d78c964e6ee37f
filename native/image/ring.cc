#include "image/ring.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#include "napi/ledger.h"

namespace node_libtorch::image {

namespace {

/// Blocks that are kept at most: a batch for each that is being filled, waiting or in use.
constexpr size_t kMostBlocks = 6;
/// A block is not used for less than half of it.
constexpr size_t kMostWaste = 2;
/// Of a huge page, and of what ATen's allocator aligns to.
constexpr size_t kHugePage = size_t{1} << 21;
constexpr size_t kAlignment = 64;

void* allocate(size_t bytes) {
  const size_t alignment = bytes >= kHugePage ? kHugePage : kAlignment;
  const size_t whole = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  void* start = nullptr;
  if (::posix_memalign(&start, alignment, std::max(whole, kAlignment)) != 0) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
  // Only advice: an error means that there are none.
  if (bytes >= kHugePage) ::madvise(start, bytes / kHugePage * kHugePage, MADV_HUGEPAGE);
#endif
  return start;
}

}  // namespace

at::Tensor Ring::make(at::IntArrayRef sizes, at::ScalarType type, at::MemoryFormat format) {
  const at::Tensor layout =
      at::empty(sizes, at::TensorOptions(at::kMeta).dtype(type).memory_format(format));
  const auto bytes = static_cast<int64_t>(layout.numel() * layout.element_size());
  const Block block = take(static_cast<size_t>(bytes));
  // V8 has to know, or a loop that leaves its batches to the garbage collector would wait long for
  // it.
  Ledger& ledger = current_ledger();
  ledger.bytes.fetch_add(bytes, std::memory_order_relaxed);
  const auto free = [ring = shared_from_this(), block, bytes, &ledger](void*) {
    ledger.bytes.fetch_sub(bytes, std::memory_order_relaxed);
    ring->give_back(block);
  };
  return at::from_blob(block.start, sizes, layout.strides(), free,
                       at::TensorOptions(at::kCPU).dtype(type));
}

Ring::Block Ring::take(size_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    const auto fits = [bytes](const Block& block) {
      return block.bytes >= bytes && block.bytes / kMostWaste <= bytes;
    };
    const auto found = std::find_if(blocks_.begin(), blocks_.end(), fits);
    if (found != blocks_.end()) {
      const Block block = *found;
      blocks_.erase(found);
      return block;
    }
  }
  return {allocate(bytes), bytes};
}

void Ring::give_back(Block block) {
  {
    const std::lock_guard lock(mutex_);
    if (!closed_) {
      blocks_.push_front(block);
      if (blocks_.size() <= kMostBlocks) return;
      block = blocks_.back();
      blocks_.pop_back();
    }
  }
  std::free(block.start);
}

void Ring::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (const Block& block : blocks_) std::free(block.start);
  blocks_.clear();
}

}  // namespace node_libtorch::image
