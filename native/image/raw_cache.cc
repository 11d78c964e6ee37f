#include "image/raw_cache.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace node_libtorch::image {

namespace {

#ifdef MAP_NORESERVE
constexpr int kAnonymous = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
#else
constexpr int kAnonymous = MAP_PRIVATE | MAP_ANONYMOUS;
#endif

/// Pictures begin at multiples of this.
constexpr size_t kAlignment = 64;

size_t size_of(int width, int height) {
  const size_t bytes = static_cast<size_t>(width) * height * kPixel + kSlack;
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

bool write_all(int file, const uint8_t* data, size_t length, off_t offset) {
  while (length > 0) {
    const ssize_t written = ::pwrite(file, data, length, offset);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    data += written;
    length -= static_cast<size_t>(written);
    offset += written;
  }
  return true;
}

/// Pixels that are kept.
class CachedSource : public Source {
 public:
  explicit CachedSource(const View& view) : view_(view) {}
  int width() const override { return view_.width; }
  int height() const override { return view_.height; }
  View read(const Box& box, Pixels&) override {
    return {view_.row(box.top) + static_cast<size_t>(box.left) * kPixel, view_.stride, box.width,
            box.height};
  }

 private:
  View view_;
};

/// A picture that found no room. It does not shrink: its pixels must not depend on which others
/// came first.
class PlainSource : public Source {
 public:
  explicit PlainSource(std::unique_ptr<Source> source) : source_(std::move(source)) {}
  int width() const override { return source_->width(); }
  int height() const override { return source_->height(); }
  View read(const Box& box, Pixels& memory) override { return source_->read(box, memory); }

 private:
  std::unique_ptr<Source> source_;
};

/// Decodes all of a picture where a part would do, and adds it to the cache.
class FillingSource : public PlainSource {
 public:
  FillingSource(RawCache& cache, size_t slot, std::unique_ptr<Source> source)
      : PlainSource(std::move(source)), cache_(cache), slot_(slot) {}
  View read(const Box& box, Pixels& memory) override {
    const View all = PlainSource::read({0, 0, width(), height()}, memory);
    cache_.add(slot_, all);
    return CachedSource(all).read(box, memory);
  }

 private:
  RawCache& cache_;
  size_t slot_;
};

}  // namespace

RawCache::RawCache(size_t slots, size_t bytes, const std::string& path)
    : slots_(slots), capacity_(bytes / kAlignment * kAlignment) {
  const auto fail = [this](const char* what) {
    const int error = errno;
    if (file_ >= 0) ::close(file_);
    throw std::system_error(error, std::generic_category(), what);
  };
  if (capacity_ == 0) return;
  if (path.empty()) {
    void* const start = ::mmap(nullptr, capacity_, PROT_READ | PROT_WRITE, kAnonymous, -1, 0);
    if (start == MAP_FAILED) fail("no addresses for the cache of pictures");
    start_ = static_cast<uint8_t*>(start);
#ifdef MADV_HUGEPAGE
    // Only advice: fewer faults while it is filled, and fewer misses when it is read.
    ::madvise(start, capacity_, MADV_HUGEPAGE);
#endif
    return;
  }
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file_ < 0) fail("the file of the cache of pictures cannot be made");
  ::unlink(path.c_str());
  if (::ftruncate(file_, static_cast<off_t>(capacity_)) != 0) {
    fail("the file of the cache of pictures cannot be made so large");
  }
  // It is written through the file, which can refuse: a full disk would end the process at a write
  // through memory.
  void* const start = ::mmap(nullptr, capacity_, PROT_READ, MAP_SHARED, file_, 0);
  if (start == MAP_FAILED) fail("the file of the cache of pictures cannot be mapped");
  start_ = static_cast<uint8_t*>(start);
}

RawCache::~RawCache() {
  if (start_ != nullptr) ::munmap(start_, capacity_);
  if (file_ >= 0) ::close(file_);
}

std::optional<View> RawCache::find(size_t i) const {
  const Slot& slot = slots_[i];
  if (slot.state.load(std::memory_order_acquire) != kFilled) return std::nullopt;
  return View{start_ + slot.offset, static_cast<size_t>(slot.width) * kPixel, slot.width,
              slot.height};
}

bool RawCache::takes(size_t i, int width, int height) const {
  if (slots_[i].state.load(std::memory_order_relaxed) != kEmpty) return false;
  if (size_of(width, height) <= capacity_ - used_.load(std::memory_order_relaxed)) return true;
  full_.store(true, std::memory_order_relaxed);
  return false;
}

void RawCache::add(size_t i, const View& view) {
  Slot& slot = slots_[i];
  uint8_t expected = kEmpty;
  if (!slot.state.compare_exchange_strong(expected, kFilling, std::memory_order_relaxed)) return;
  const auto offset = reserve(size_of(view.width, view.height));
  if (!offset || !write(*offset, view)) {
    full_.store(true, std::memory_order_relaxed);
    slot.state.store(kEmpty, std::memory_order_relaxed);
    return;
  }
  slot.width = view.width;
  slot.height = view.height;
  slot.offset = *offset;
  slot.state.store(kFilled, std::memory_order_release);
  pictures_.fetch_add(1, std::memory_order_relaxed);
}

std::optional<size_t> RawCache::reserve(size_t bytes) {
  size_t used = used_.load(std::memory_order_relaxed);
  do {
    if (bytes > capacity_ - used) return std::nullopt;
  } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
  return used;
}

bool RawCache::write(size_t offset, const View& view) {
  const size_t row = static_cast<size_t>(view.width) * kPixel;
  const bool whole = view.stride == row;
  const size_t bytes = whole ? row * view.height : row;
  for (int y = 0; y < view.height; y += whole ? view.height : 1, offset += bytes) {
    if (file_ < 0) {
      std::memcpy(start_ + offset, view.row(y), bytes);
    } else if (!write_all(file_, view.row(y), bytes, static_cast<off_t>(offset))) {
      return false;
    }
  }
  // What may be read behind the last pixel, too: a hole in a file may find no room when it is read.
  constexpr std::array<uint8_t, kSlack> kBehind{};
  return file_ < 0 || write_all(file_, kBehind.data(), kSlack, static_cast<off_t>(offset));
}

std::unique_ptr<Source> CachedOrigin::open(Workspace& workspace, const Limits& limits) const {
  if (const auto view = cache_->find(slot_)) return std::make_unique<CachedSource>(*view);
  auto source = origin_->open(workspace, limits);
  if (source == nullptr) return nullptr;
  if (!cache_->takes(slot_, source->width(), source->height())) {
    return std::make_unique<PlainSource>(std::move(source));
  }
  return std::make_unique<FillingSource>(*cache_, slot_, std::move(source));
}

}  // namespace node_libtorch::image
