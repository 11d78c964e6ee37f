// Process-wide state: versions, devices, seeds, threads, default dtype, memory counts.
#include "tensor/context.h"

#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/core/Generator.h>
#include <c10/core/DefaultDtype.h>
#include <c10/core/ScalarTypeToTypeMeta.h>
#include <dlfcn.h>
#include <torch/csrc/inductor/aoti_torch/c/shim.h>

#include <filesystem>
#include <mutex>
#include <string>

#include "napi/call.h"

namespace node_libtorch {
namespace {

std::string& cuda_reason() {
  static auto* reason = new std::string;
  return *reason;
}

std::filesystem::path libtorch_folder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&aoti_torch_abi_version), &info) == 0 ||
      info.dli_fname == nullptr) {
    return {};
  }
  return std::filesystem::path(info.dli_fname).parent_path();
}

std::string libtorch_version() {
  const uint64_t version = aoti_torch_abi_version();
  return std::to_string(version >> 56) + "." + std::to_string((version >> 48) & 0xff) + "." +
         std::to_string((version >> 40) & 0xff);
}

std::string why_no_cuda() {
#ifdef __linux__
  const auto library = libtorch_folder() / "libtorch_cuda.so";
  std::error_code ignored;
  if (!std::filesystem::exists(library, ignored)) return "this libtorch is a CPU build";
  if (dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL) == nullptr) {
    return "no NVIDIA driver was found (libcuda.so.1 does not load)";
  }
  if (dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL) == nullptr) {
    return std::string("libtorch_cuda does not load: ") + dlerror();
  }
  return {};
#else
  return "CUDA needs Linux";
#endif
}

int64_t cuda_device_count() {
  if (!cuda_reason().empty()) return 0;
  return at::accelerator::deviceCount();
}

/// cudaReason() → why CUDA cannot be used, '' if it can
napi_value cuda_reason_value(Call& call) {
  if (!cuda_reason().empty()) return call.string_value(cuda_reason());
  return call.string_value(cuda_device_count() > 0 ? "" : "the NVIDIA driver reports no device");
}

napi_value cuda_count(Call& call) {
  return call.number_value(static_cast<double>(cuda_device_count()));
}

/// versions() → { libtorch, built, folder, cpuCapability }
napi_value versions(Call& call) {
  Napi::Object result = Napi::Object::New(call.env());
  result.Set("libtorch", libtorch_version());
  result.Set("built", NODE_LIBTORCH_VERSION);
  result.Set("folder", libtorch_folder().string());
  result.Set("cpuCapability", at::get_cpu_capability());
  return result;
}

/// manualSeed(seed): the low and high 32 bits, since a seed has 64.
napi_value manual_seed(Call& call) {
  const auto low = static_cast<uint64_t>(call.integer(0, "low"));
  const auto high = static_cast<uint64_t>(call.integer(1, "high"));
  at::manual_seed((high << 32) | (low & 0xffffffff));
  return call.undefined();
}

/// rngState() → uint8 tensor of the default CPU generator
napi_value rng_state(Call& call) {
  at::Generator generator = at::globalContext().defaultGenerator(at::kCPU);
  std::lock_guard lock(generator.mutex());
  return call.tensor_value(generator.get_state());
}

napi_value set_rng_state(Call& call) {
  const at::Tensor& state = call.tensor(0, "state");
  at::Generator generator = at::globalContext().defaultGenerator(at::kCPU);
  std::lock_guard lock(generator.mutex());
  generator.set_state(state);
  return call.undefined();
}

napi_value num_threads(Call& call) { return call.number_value(at::get_num_threads()); }

napi_value set_num_threads(Call& call) {
  const int64_t count = call.integer(0, "threads");
  if (count < 1 || count > 4096) call.refuse(0, "threads", "a number of threads from 1 to 4096");
  at::set_num_threads(static_cast<int>(count));
  return call.undefined();
}

napi_value default_dtype(Call& call) {
  return call.number_value(
      static_cast<double>(c10::typeMetaToScalarType(c10::get_default_dtype())));
}

napi_value set_default_dtype(Call& call) {
  const auto dtype = static_cast<at::ScalarType>(call.integer(0, "dtype"));
  if (!at::isFloatingType(dtype)) call.refuse(0, "dtype", "the number of a floating-point dtype");
  c10::set_default_dtype(c10::scalarTypeToTypeMeta(dtype));
  return call.undefined();
}

/// memory() → { live, bytes }: tensor handles and CPU bytes of the whole process
napi_value memory(Call& call) {
  Napi::Object result = Napi::Object::New(call.env());
  result.Set("live", static_cast<double>(process_handles()));
  result.Set("bytes", static_cast<double>(process_bytes()));
  return result;
}

constexpr Export kExports[] = {
    {"cudaReason", cuda_reason_value},
    {"cudaDeviceCount", cuda_count},
    {"versions", versions},
    {"manualSeed", manual_seed},
    {"rngState", rng_state},
    {"setRngState", set_rng_state},
    {"numThreads", num_threads},
    {"setNumThreads", set_num_threads},
    {"defaultDtype", default_dtype},
    {"setDefaultDtype", set_default_dtype},
    {"memory", memory},
};

}  // namespace

void load_cuda() {
  static std::once_flag once;
  std::call_once(once, [] { cuda_reason() = why_no_cuda(); });
}

void export_context(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
