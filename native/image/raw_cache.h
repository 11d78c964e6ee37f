// Decoded pictures, kept for the epochs that follow.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "image/source.h"

namespace node_libtorch::image {

/// The pixels of some of the pictures of a data set: as many as come first and fit. Any thread may
/// add and look up; what is there stays where it is.
class RawCache {
 public:
  /// `bytes` of addresses are taken at once, memory only for what is added; of a new file at `path`
  /// if that is not empty. The file has no name any more when this returns.
  /// @throws std::system_error
  RawCache(size_t slots, size_t bytes, const std::string& path);
  ~RawCache();
  RawCache(const RawCache&) = delete;
  RawCache& operator=(const RawCache&) = delete;

  size_t slots() const { return slots_.size(); }
  std::optional<View> find(size_t slot) const;
  /// Whether a picture of that size would be kept.
  bool takes(size_t slot, int width, int height) const;
  /// Keeps a copy, unless another thread is at it or there is no room left.
  void add(size_t slot, const View& view);

  size_t pictures() const { return pictures_.load(std::memory_order_relaxed); }
  size_t bytes() const { return used_.load(std::memory_order_relaxed); }
  /// Whether a picture was refused for lack of room.
  bool full() const { return full_.load(std::memory_order_relaxed); }

 private:
  enum State : uint8_t { kEmpty, kFilling, kFilled };
  struct Slot {
    std::atomic<uint8_t> state{kEmpty};
    int width = 0;
    int height = 0;
    size_t offset = 0;
  };

  std::optional<size_t> reserve(size_t bytes);
  bool write(size_t offset, const View& view);

  std::vector<Slot> slots_;
  size_t capacity_;
  int file_ = -1;
  uint8_t* start_ = nullptr;
  std::atomic<size_t> used_{0};
  std::atomic<size_t> pictures_{0};
  mutable std::atomic<bool> full_{false};
};

using RawCachePtr = std::shared_ptr<RawCache>;

/// A picture from a cache, or from elsewhere and then added to the cache, all of it.
class CachedOrigin : public Origin {
 public:
  /// `slot` is one of the cache's.
  CachedOrigin(RawCachePtr cache, size_t slot, std::unique_ptr<Origin> origin)
      : cache_(std::move(cache)), slot_(slot), origin_(std::move(origin)) {}
  std::unique_ptr<Source> open(Workspace& workspace, const Limits& limits) const override;

 private:
  RawCachePtr cache_;
  size_t slot_;
  std::unique_ptr<Origin> origin_;
};

}  // namespace node_libtorch::image
