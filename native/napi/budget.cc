#include "napi/budget.h"

#include <ATen/DeviceAccelerator.h>
#include <c10/core/CachingDeviceAllocator.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <string_view>
#include <utility>

#include "napi/call.h"

namespace node_libtorch {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
constexpr int64_t kByDefault = -1;
constexpr size_t kMaxDevices = 64;

/// One device's limit, for the whole process.
struct Budget {
  std::atomic<int64_t> limit;
  /// Where the live data alone exceed the limit: the level of the next collection, so that not each
  /// operation collects in vain. Else 0.
  std::atomic<int64_t> raised{0};
};

// The CPU has no limit of its own accord, since V8 is told of its bytes.
Budget cpu_budget{kNever};
std::array<Budget, kMaxDevices>& device_budgets = *[] {
  auto* budgets = new std::array<Budget, kMaxDevices>;
  for (Budget& budget : *budgets) budget.limit = kByDefault;
  return budgets;
}();

/// The allocator that counts a device's bytes; null for devices that have none, and before the
/// first allocation.
c10::DeviceAllocator* allocator_of(c10::DeviceType type) {
  auto* allocator = dynamic_cast<c10::DeviceAllocator*>(c10::GetAllocator(type));
  return allocator != nullptr && allocator->initialized() ? allocator : nullptr;
}

int64_t allocated_bytes(c10::DeviceAllocator& allocator, c10::DeviceIndex index) {
  constexpr auto kAll = static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  return allocator.getDeviceStats(index).allocated_bytes[kAll].current;
}

/// The device's whole memory; a number that no limit reaches where its allocator does not know.
int64_t total_memory(c10::DeviceAllocator& allocator, c10::DeviceIndex index) {
  try {
    return static_cast<int64_t>(allocator.getMemoryInfo(index).second);
  } catch (const c10::Error&) {
    return kNever;
  }
}

void run_collection(Addon& addon, bool full) {
  GarbageCollector& collector = addon.collector;
  ++(full ? collector.full : collector.minor);
  const Napi::Env env = addon.env;
  collector.collect.Call({Napi::Boolean::New(env, full)});
}

/// Collects if `live` has passed the limit.
template <class Live>
void keep(Addon& addon, Budget& budget, int64_t limit, int64_t most, const Live& live) {
  const int64_t now = live();
  if (now < limit) budget.raised = 0;
  const int64_t level = std::max(limit, budget.raised.load());
  if (now <= level || addon.collector.collect.IsEmpty()) return;
  run_collection(addon, /*full=*/false);
  if (live() > level / 5 * 4) run_collection(addon, /*full=*/true);
  // A quarter more than what lives: collecting stays in proportion to allocating.
  const int64_t left = live();
  budget.raised = left > limit / 5 * 4 ? std::min(left + left / 4, std::max(most, left)) : 0;
}

void keep_device_budgets(Addon& addon) {
  const auto accelerator = at::accelerator::getAccelerator();
  if (!accelerator) return;
  auto* allocator = allocator_of(*accelerator);
  if (allocator == nullptr) return;
  const auto count = std::min<size_t>(at::accelerator::deviceCount(), kMaxDevices);
  for (size_t i = 0; i < count; ++i) {
    const auto index = static_cast<c10::DeviceIndex>(i);
    const int64_t total = total_memory(*allocator, index);
    const int64_t given = device_budgets[i].limit.load();
    // Below a fifth of the device garbage does no harm; beyond nine tenths it may be too late.
    keep(addon, device_budgets[i], given == kByDefault ? total / 5 : given, total / 10 * 9,
         [&] { return allocated_bytes(*allocator, index); });
  }
}

/// setMemoryBudget(device, bytes): the device's index, -1 for the CPU; -1 bytes for the default.
napi_value set_memory_budget(Call& call) {
  const int64_t device = call.integer(0, "device");
  const int64_t bytes = call.integer(1, "bytes");
  if (device < -1 || device >= static_cast<int64_t>(kMaxDevices)) {
    call.refuse(0, "device", "the index of a device");
  }
  if (bytes < kByDefault) call.refuse(1, "bytes", "a number of bytes");
  Budget& budget = device < 0 ? cpu_budget : device_budgets[static_cast<size_t>(device)];
  budget.limit = bytes != kByDefault || device >= 0 ? bytes : kNever;
  budget.raised = 0;
  call.addon().ledger->poll_devices = device >= 0;
  return call.undefined();
}

/// onCollect(collect): the function that runs a garbage collection of this env.
napi_value on_collect(Call& call) {
  const Napi::Value value(call.env(), call[0]);
  if (!value.IsFunction()) call.refuse(0, "collect", "a function");
  call.addon().collector.collect = Napi::Persistent(value.As<Napi::Function>());
  return call.undefined();
}

/// memory() → { live, tensors, bytes, minor, full, devices: { cpu, 'cuda:0', … } }: handles,
/// tensors among them, CPU bytes and bytes by device of the whole process; collections that this
/// env has run for a budget.
napi_value memory(Call& call) {
  const Napi::Env env = call.env();
  Napi::Object result = Napi::Object::New(env);
  Napi::Object devices = Napi::Object::New(env);
  const auto bytes = static_cast<double>(process_bytes());
  result.Set("live", static_cast<double>(process_handles()));
  result.Set("tensors", static_cast<double>(process_tensors()));
  result.Set("bytes", bytes);
  result.Set("minor", static_cast<double>(call.addon().collector.minor));
  result.Set("full", static_cast<double>(call.addon().collector.full));
  devices.Set("cpu", bytes);
  const auto accelerator = at::accelerator::getAccelerator();
  auto* allocator = accelerator ? allocator_of(*accelerator) : nullptr;
  const c10::DeviceIndex count = allocator != nullptr ? at::accelerator::deviceCount() : 0;
  for (c10::DeviceIndex i = 0; i < count; ++i) {
    devices.Set(c10::Device(*accelerator, i).str(),
                static_cast<double>(allocated_bytes(*allocator, i)));
  }
  result.Set("devices", devices);
  return result;
}

constexpr Export kExports[] = {
    {"setMemoryBudget", set_memory_budget},
    {"onCollect", on_collect},
    {"memory", memory},
};

}  // namespace

void note_device_tensor(Ledger& ledger, const at::Tensor& tensor) {
  // Asking the allocator costs as much as a small operation, so it waits until it may matter: views
  // count in full here, and what an operation keeps for its gradient does not.
  constexpr int64_t kBytes = 64 << 20;
  constexpr int kHandles = 64;
  ledger.device_bytes +=
      tensor.layout() == at::kStrided ? static_cast<int64_t>(tensor.nbytes()) : 0;
  if (ledger.device_bytes > kBytes || ++ledger.device_handles > kHandles) {
    ledger.poll_devices = true;
  }
}

bool over_budget(const Ledger& ledger) {
  if (ledger.poll_devices) return true;
  const int64_t limit = cpu_budget.limit.load(std::memory_order_relaxed);
  if (limit == kNever) return false;
  const int64_t bytes = process_bytes();
  const int64_t raised = cpu_budget.raised.load(std::memory_order_relaxed);
  if (raised != 0 && bytes < limit) cpu_budget.raised = 0;
  return bytes > (bytes < limit ? limit : std::max(limit, raised));
}

void keep_budget(Addon& addon) {
  Ledger& ledger = *addon.ledger;
  if (std::exchange(ledger.poll_devices, false)) {
    ledger.device_bytes = 0;
    ledger.device_handles = 0;
    keep_device_budgets(addon);
  }
  keep(addon, cpu_budget, cpu_budget.limit, kNever, process_bytes);
}

bool is_out_of_memory(const c10::Error& error) {
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr) return true;
  // libtorch reports exhausted CPU memory as a plain Error.
  const std::string_view message = error.what_without_backtrace();
  return message.find("can't allocate memory") != std::string_view::npos ||
         message.find("not enough memory") != std::string_view::npos;
}

bool collect_all(Addon& addon) {
  if (addon.collector.collect.IsEmpty()) return false;
  run_collection(addon, /*full=*/true);
  return true;
}

void export_budget(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
