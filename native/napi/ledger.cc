#include "napi/ledger.h"

#include <c10/core/CPUAllocator.h>

#include <cstdlib>
#include <mutex>
#include <new>

namespace node_libtorch {
namespace {

// V8 starts a mark-compact for each 64 MB of reported growth. Half of the bytes makes that one
// collection per 128 MB of garbage: with a realistic JS heap, marking costs more than the memory.
constexpr int64_t kByteShare = 2;
// A handle costs more than its 32 bytes of JS heap: the cell, the TensorImpl, what a view pins.
constexpr int64_t kHandleCost = 1024;
// Below this V8 would learn nothing from the call.
constexpr int64_t kWorthTelling = 256 * 1024;

std::atomic<int64_t> all_bytes{0};
std::atomic<int64_t> all_handles{0};
thread_local Ledger* thread_ledger = nullptr;

/// Lies in front of each block. Its size keeps the block as aligned as libtorch's own.
struct alignas(64) Header {
  c10::DeleterFnPtr deleter;
  size_t bytes;
  Ledger* ledger;
};
static_assert(sizeof(Header) == 64);

void release(void* data) {
  if (data == nullptr) return;
  auto* header = static_cast<Header*>(data) - 1;
  const auto bytes = static_cast<int64_t>(header->bytes);
  header->ledger->bytes.fetch_sub(bytes, std::memory_order_relaxed);
  count_process_bytes(-bytes);
  header->deleter(header);
}

class CountingAllocator final : public c10::Allocator {
 public:
  explicit CountingAllocator(c10::Allocator* inner) : inner_(inner) {}

  c10::DataPtr allocate(size_t n) override {
    if (n == 0) return {nullptr, nullptr, &release, c10::Device(c10::DeviceType::CPU)};
    TORCH_CHECK(n <= SIZE_MAX - sizeof(Header), "allocation of ", n, " bytes is too large");
    c10::DataPtr block = inner_->allocate(n + sizeof(Header));
    const auto device = block.device();
    Ledger& ledger = current_ledger();
    auto* header = new (block.get()) Header{block.get_deleter(), n, &ledger};
    block.release_context();
    ledger.bytes.fetch_add(static_cast<int64_t>(n), std::memory_order_relaxed);
    count_process_bytes(static_cast<int64_t>(n));
    return {header + 1, header + 1, &release, device};
  }

  // oneDNN takes its scratch memory by the raw interface, for which data and context must be the
  // same.
  c10::DeleterFnPtr raw_deleter() const override { return &release; }

  void copy_data(void* dest, const void* src, size_t count) const override {
    default_copy_data(dest, src, count);
  }

 private:
  c10::Allocator* inner_;
};

}  // namespace

void Ledger::report() {
  if (std::abs(unreported()) >= kWorthTelling) tell();
}

void Ledger::report_shrinking() {
  if (unreported() <= -kWorthTelling) tell();
}

int64_t Ledger::unreported() const {
  return bytes.load(std::memory_order_relaxed) / kByteShare +
         handles.load(std::memory_order_relaxed) * kHandleCost - reported_;
}

void Ledger::tell() {
  if (reaper == nullptr) return;
  const int64_t change = unreported();
  reported_ += change;
  int64_t total;
  napi_adjust_external_memory(reaper, change, &total);
}

Ledger& current_ledger() {
  static Ledger* nobody = new Ledger;
  return thread_ledger != nullptr ? *thread_ledger : *nobody;
}

void set_current_ledger(Ledger* ledger) { thread_ledger = ledger; }

int64_t process_bytes() { return all_bytes.load(std::memory_order_relaxed); }
int64_t process_handles() { return all_handles.load(std::memory_order_relaxed); }
void count_process_bytes(int64_t delta) { all_bytes.fetch_add(delta, std::memory_order_relaxed); }
void count_process_handles(int64_t delta) {
  all_handles.fetch_add(delta, std::memory_order_relaxed);
}

void install_counting_allocator() {
  static std::once_flag once;
  std::call_once(once, [] {
    // Immortal: blocks are freed through it until the process ends.
    auto* allocator = new CountingAllocator(c10::GetCPUAllocator());
    c10::SetCPUAllocator(allocator, /*priority=*/UINT8_MAX);
  });
}

}  // namespace node_libtorch
