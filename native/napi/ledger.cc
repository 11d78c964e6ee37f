#include "napi/ledger.h"

#include <c10/core/CPUAllocator.h>

#include <cstdlib>
#include <mutex>
#include <new>

#include "napi/compute.h"

namespace node_libtorch {
namespace {

// V8 starts a mark-compact for each 64 MB of reported growth. Half of the bytes makes that one
// collection per 128 MB of garbage: with a realistic JS heap, marking costs more than the memory.
constexpr int64_t kByteShare = 2;
// A handle costs more than its 32 bytes of JS heap: the cell, the TensorImpl, what a view pins.
constexpr int64_t kHandleCost = 256;
// Below this V8 would learn nothing from the call.
constexpr int64_t kWorthTelling = 256 * 1024;

thread_local Ledger* thread_ledger = nullptr;

/// Lies in front of the data of each block.
struct Header {
  void* block;
  size_t bytes;
  std::atomic<Ledger*> ledger;
};

/// Of the data, as libtorch's kernels expect it.
constexpr size_t kAlignment = 64;
/// What a block has beside its data.
constexpr size_t kOverhead = sizeof(Header) + kAlignment;

void release(void* data) {
  if (data == nullptr) return;
  auto* header = static_cast<Header*>(data) - 1;
  const auto bytes = static_cast<int64_t>(header->bytes);
  header->ledger.load(std::memory_order_relaxed)->bytes.fetch_sub(bytes, std::memory_order_relaxed);
  std::free(header->block);
}

/// Not a layer around libtorch's own allocator, which asks for aligned memory: glibc before 2.38
/// does not give a freed aligned block out again while its neighbours live, and the cells of
/// disposed tensors do live, until the next collection. Memory would grow without end.
class CountingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t n) override {
    stop_if_cancelled();
    if (n == 0) return {nullptr, nullptr, &release, c10::Device(c10::DeviceType::CPU)};
    void* block = n <= SIZE_MAX - kOverhead ? std::malloc(n + kOverhead) : nullptr;
    TORCH_CHECK_WITH(OutOfMemoryError, block != nullptr, "not enough memory: tried to allocate ", n,
                     " bytes");
    const auto first = reinterpret_cast<uintptr_t>(block) + kOverhead;
    auto* data = reinterpret_cast<char*>(first - first % kAlignment);
    Ledger& ledger = current_ledger();
    new (data - sizeof(Header)) Header{block, n, {&ledger}};
    ledger.bytes.fetch_add(static_cast<int64_t>(n), std::memory_order_relaxed);
    return {data, data, &release, c10::Device(c10::DeviceType::CPU)};
  }

  // oneDNN takes its scratch memory by the raw interface, for which data and context must be the
  // same.
  c10::DeleterFnPtr raw_deleter() const override { return &release; }

  void copy_data(void* dest, const void* src, size_t count) const override {
    default_copy_data(dest, src, count);
  }
};

}  // namespace

std::atomic<Ledger*>& Ledger::first() {
  static std::atomic<Ledger*> first{nullptr};
  return first;
}

Ledger* Ledger::open() {
  for (Ledger* ledger = first(); ledger != nullptr; ledger = ledger->next_) {
    const bool owes =
        ledger->bytes.load(std::memory_order_relaxed) != 0 || ledger->handles.value() != 0;
    bool closed = false;
    if (owes || !ledger->open_.compare_exchange_strong(closed, true)) continue;
    ledger->reported_ = 0;
    ledger->device_bytes = 0;
    ledger->device_handles = 0;
    ledger->poll_devices = false;
    return ledger;
  }
  auto* ledger = new Ledger;
  ledger->next_ = first();
  while (!first().compare_exchange_weak(ledger->next_, ledger)) {
  }
  return ledger;
}

void Ledger::close() {
  scopes.clear();
  sites.reset();
  open_ = false;
}

void Ledger::report() {
  if (std::abs(unreported()) >= kWorthTelling) tell();
}

void Ledger::report_shrinking() {
  if (unreported() <= -kWorthTelling) tell();
}

int64_t Ledger::unreported() const {
  return bytes.load(std::memory_order_relaxed) / kByteShare + handles.value() * kHandleCost -
         reported_;
}

void Ledger::tell() {
  if (reaper == nullptr) return;
  const int64_t change = unreported();
  reported_ += change;
  int64_t total;
  napi_adjust_external_memory(reaper, change, &total);
}

Ledger& current_ledger() {
  static Ledger* nobody = Ledger::open();
  return thread_ledger != nullptr ? *thread_ledger : *nobody;
}

void set_current_ledger(Ledger* ledger) { thread_ledger = ledger; }

void move_bytes(const c10::DataPtr& block, Ledger& to) {
  if (block.get_deleter() != &release || block.get_context() == nullptr) return;
  auto* header = static_cast<Header*>(block.get_context()) - 1;
  const auto bytes = static_cast<int64_t>(header->bytes);
  to.bytes.fetch_add(bytes, std::memory_order_relaxed);
  header->ledger.exchange(&to)->bytes.fetch_sub(bytes, std::memory_order_relaxed);
}

int64_t process_bytes() {
  return Ledger::total([](const Ledger& ledger) { return ledger.bytes.load(); });
}

int64_t process_handles() {
  return Ledger::total([](const Ledger& ledger) { return ledger.handles.value(); });
}

int64_t process_tensors() {
  return Ledger::total([](const Ledger& ledger) { return ledger.tensors.value(); });
}

void install_counting_allocator() {
  static std::once_flag once;
  std::call_once(once, [] {
    // Immortal: blocks are freed through it until the process ends.
    auto* allocator = new CountingAllocator;
    c10::SetCPUAllocator(allocator, /*priority=*/UINT8_MAX);
  });
}

}  // namespace node_libtorch
