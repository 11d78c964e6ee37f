// CUDA devices, through libtorch's device-generic interfaces: no CUDA header, and libtorch_cuda is
// opened, not linked, so that one addon serves CPU and CUDA builds of libtorch.
#include "tensor/cuda.h"

#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <dlfcn.h>

#include <mutex>
#include <string>

#include "napi/call.h"
#include "tensor/libtorch.h"

namespace node_libtorch {
namespace {

std::string& cuda_reason() {
  static auto* reason = new std::string;
  return *reason;
}

/// The driver's own library; null without a driver.
void* driver() {
#ifdef __linux__
  static void* library = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
  return library;
#else
  return nullptr;
#endif
}

std::string why_no_cuda() {
#ifdef __linux__
  const auto library = libtorch_folder() / "libtorch_cuda.so";
  std::error_code ignored;
  if (!std::filesystem::exists(library, ignored)) return "this libtorch is a CPU build";
  if (driver() == nullptr) return "no NVIDIA driver was found (libcuda.so.1 does not load)";
  if (dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL) == nullptr) {
    return std::string("libtorch_cuda does not load: ") + dlerror();
  }
  return {};
#else
  return "CUDA needs Linux";
#endif
}

int64_t device_count() {
  if (!cuda_reason().empty()) return 0;
  return at::accelerator::deviceCount();
}

std::string unavailable() {
  if (!cuda_reason().empty()) return cuda_reason();
  return device_count() > 0 ? "" : "the NVIDIA driver reports no device";
}

/// Refuses the call where there is no CUDA device: without one libtorch answers with internal
/// assertions.
void need_cuda(const Call& call) {
  const std::string reason = unavailable();
  TORCH_CHECK(reason.empty(), call.name(), ": CUDA cannot be used: ", reason);
}

/// Argument i as the index of a device; the current one if it is left out.
c10::DeviceIndex device_index(const Call& call, size_t i) {
  need_cuda(call);
  if (call.absent(i)) return at::accelerator::getDeviceIndex();
  const int64_t index = call.integer(i, "device");
  if (index < 0 || index >= device_count()) {
    throw ArgumentRangeError(std::string(call.name()) + ": expected a device from 0 to " +
                             std::to_string(device_count() - 1) + ", got " + std::to_string(index));
  }
  return static_cast<c10::DeviceIndex>(index);
}

/// cudaReason() → why CUDA cannot be used, '' if it can
napi_value cuda_reason_value(Call& call) { return call.string_value(unavailable()); }

napi_value cuda_count(Call& call) { return call.number_value(static_cast<double>(device_count())); }

napi_value current_device(Call& call) {
  need_cuda(call);
  return call.number_value(at::accelerator::getDeviceIndex());
}

napi_value set_device(Call& call) {
  at::accelerator::setDeviceIndex(device_index(call, 0));
  return call.undefined();
}

/// cudaSynchronize(device): waits for all that has been queued on the device.
napi_value synchronize(Call& call) {
  at::accelerator::synchronizeDevice(device_index(call, 0));
  return call.undefined();
}

napi_value empty_cache(Call& call) {
  need_cuda(call);
  at::accelerator::emptyCache();
  return call.undefined();
}

/// cudaMemory(device) → { allocated, maxAllocated, reserved, maxReserved, free, total }, in bytes
napi_value device_memory(Call& call) {
  const c10::DeviceIndex index = device_index(call, 0);
  constexpr auto kAll = static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  const auto stats = at::accelerator::getDeviceStats(index);
  const auto [free, total] = at::accelerator::getMemoryInfo(index);
  Napi::Object result = Napi::Object::New(call.env());
  result.Set("allocated", static_cast<double>(stats.allocated_bytes[kAll].current));
  result.Set("maxAllocated", static_cast<double>(stats.allocated_bytes[kAll].peak));
  result.Set("reserved", static_cast<double>(stats.reserved_bytes[kAll].current));
  result.Set("maxReserved", static_cast<double>(stats.reserved_bytes[kAll].peak));
  result.Set("free", static_cast<double>(free));
  result.Set("total", static_cast<double>(total));
  return result;
}

napi_value reset_peak_memory(Call& call) {
  at::accelerator::resetPeakStats(device_index(call, 0));
  return call.undefined();
}

/// A function of the driver, which libtorch has initialised by the time a device is counted.
template <class F>
F driver_function(const char* name) {
  void* found = driver() == nullptr ? nullptr : dlsym(driver(), name);
  TORCH_CHECK(found != nullptr, "the NVIDIA driver has no function ", name);
  return reinterpret_cast<F>(found);
}

/// cudaProperties(device) → { name, capability: [major, minor] }
napi_value device_properties(Call& call) {
  const c10::DeviceIndex index = device_index(call, 0);
  // Attributes of cuda.h: CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR.
  constexpr int kMajor = 75;
  constexpr int kMinor = 76;
  int device = 0;
  int major = 0;
  int minor = 0;
  char name[256] = {};
  const auto attribute = driver_function<int (*)(int*, int, int)>("cuDeviceGetAttribute");
  const bool succeeded = driver_function<int (*)(int*, int)>("cuDeviceGet")(&device, index) == 0 &&
                         driver_function<int (*)(char*, int, int)>("cuDeviceGetName")(
                             name, sizeof name, device) == 0 &&
                         attribute(&major, kMajor, device) == 0 &&
                         attribute(&minor, kMinor, device) == 0;
  TORCH_CHECK(succeeded, call.name(), ": the NVIDIA driver does not describe device ",
              static_cast<int>(index));
  Napi::Object result = Napi::Object::New(call.env());
  Napi::Array capability = Napi::Array::New(call.env());
  capability.Set(0u, major);
  capability.Set(1u, minor);
  result.Set("name", static_cast<const char*>(name));
  result.Set("capability", capability);
  return result;
}

constexpr Export kExports[] = {
    {"cudaReason", cuda_reason_value},     {"cudaDeviceCount", cuda_count},
    {"cudaCurrentDevice", current_device}, {"cudaSetDevice", set_device},
    {"cudaSynchronize", synchronize},      {"cudaEmptyCache", empty_cache},
    {"cudaMemory", device_memory},         {"cudaResetPeakMemory", reset_peak_memory},
    {"cudaProperties", device_properties},
};

}  // namespace

void load_cuda() {
  static std::once_flag once;
  std::call_once(once, [] { cuda_reason() = why_no_cuda(); });
}

void export_cuda(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
