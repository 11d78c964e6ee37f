// Entry of the addon: what each env gets, and the handshake with the reaper.
#include <ATen/Context.h>
#include <napi.h>
#include <torch/csrc/inductor/aoti_torch/c/shim.h>
#include <torch/headeronly/version.h>

#include "amp/grad_scaling.h"
#include "autograd/autograd.h"
#include "checkpoint/checkpoint.h"
#include "image/jpeg_compression.h"
#include "image/loader.h"
#include "image/packing.h"
#include "jit/jit.h"
#include "lr/lr.h"
#include "napi/budget.h"
#include "napi/call.h"
#include "napi/compute.h"
#include "napi/warnings.h"
#include "nn/batch_norm.h"
#include "nn/module_macs.h"
#include "nn/nn.h"
#include "nn/plain_tensors.h"
#include "optim/optim.h"
#include "tensor/context.h"
#include "tensor/cuda.h"
#include "tensor/dispatch.h"
#include "tensor/generator.h"
#include "tensor/indexing.h"
#include "tensor/library.h"
#include "tensor/operator.h"
#include "tensor/scope.h"
#include "tensor/share.h"
#include "tensor/sites.h"
#include "tensor/storage.h"
#include "tensor/vmap.h"
#include "train/step.h"

namespace node_libtorch {
namespace {

/// There is no C++ ABI between minor versions of libtorch: with another one this addon would
/// corrupt memory, so it refuses before the first call.
void check_version(Napi::Env env) {
  const uint64_t found = aoti_torch_abi_version();
  const auto major = static_cast<int>(found >> 56);
  const auto minor = static_cast<int>((found >> 48) & 0xff);
  if (major == TORCH_VERSION_MAJOR && minor == TORCH_VERSION_MINOR) return;
  throw Napi::Error::New(env, "node-libtorch was built for libtorch " NODE_LIBTORCH_VERSION
                              ", but libtorch " +
                                  std::to_string(major) + "." + std::to_string(minor) +
                                  " was loaded: run `npx node-libtorch install` to build it again");
}

/// The frame and the reply behind it as one Float64Array over memory of the addon.
Napi::Value frame_array(Addon& addon) {
  Napi::Env env = addon.env;
  napi_value buffer;
  constexpr size_t kWords = kFrameLength + kReplyLength;
  constexpr size_t bytes = kWords * sizeof(double);
  if (napi_create_external_arraybuffer(env, addon.frame, bytes, nullptr, nullptr, &buffer) !=
      napi_ok) {
    // Electron allows no external buffers: V8 owns the memory, and the reference keeps it in place.
    void* data = nullptr;
    if (napi_create_arraybuffer(env, bytes, &data, &buffer) != napi_ok ||
        napi_create_reference(env, buffer, 1, &addon.frame_buffer) != napi_ok) {
      throw Napi::Error::New(env);
    }
    addon.frame = static_cast<double*>(data);
    addon.frame_storage = {};
  }
  napi_value array;
  if (napi_create_typedarray(env, napi_float64_array, kWords, buffer, 0, &array) != napi_ok) {
    throw Napi::Error::New(env);
  }
  return {env, array};
}

void detach_reaper(void* data) { static_cast<Ledger*>(data)->reaper = nullptr; }

Napi::FunctionReference function_argument(const Call& call, size_t i, const char* what) {
  const Napi::Value value(call.env(), call[i]);
  if (!value.IsFunction()) call.refuse(i, what, "a function");
  return Napi::Persistent(value.As<Napi::Function>());
}

/// attach(reaperExports, errors, runForward, warn): binds the reaper's env, our error classes, the
/// function that runs the forward of TypeScript modules, and the one that takes warnings. Before
/// anything that makes a handle; again where our JavaScript is loaded anew beside the same addon.
napi_value attach(Call& call) {
  Addon& addon = call.addon();
  void* data = nullptr;
  napi_valuetype type;
  napi_typeof(call.env(), call[0], &type);
  if (type != napi_external || napi_get_value_external(call.env(), call[0], &data) != napi_ok) {
    call.refuse(0, "reaper", "the exports of reaper.node");
  }
  addon.errors = Napi::Persistent(call.object(1, "errors"));
  addon.run_forward = function_argument(call, 2, "runForward");
  addon.warn = function_argument(call, 3, "warn");
  catch_warnings();
  if (addon.ledger->reaper == nullptr) {
    auto* reaper = static_cast<napi_env>(data);
    addon.ledger->reaper = reaper;
    napi_add_env_cleanup_hook(reaper, detach_reaper, addon.ledger);
  }
  return call.undefined();
}

constexpr Export kExports[] = {{"attach", attach}};

Napi::Object init(Napi::Env env, Napi::Object exports) {
  check_version(env);
  load_cuda();
  install_counting_allocator();
  // Unchecked indices of sparse tensors read and write out of bounds.
  at::globalContext().setCheckSparseTensorInvariants(true);
  auto* addon = new Addon(env);
  env.SetInstanceData(addon);
  exports.Set("frame", frame_array(*addon));
  add_exports(*addon, exports, kExports);
  export_context(*addon, exports);
  export_cuda(*addon, exports);
  export_generator(*addon, exports);
  export_share(*addon, exports);
  export_library(*addon, exports);
  export_dispatch(*addon, exports);
  export_storage(*addon, exports);
  export_mapping(*addon, exports);
  export_writing(*addon, exports);
  export_indexing(*addon, exports);
  export_scope(*addon, exports);
  export_vmap(*addon, exports);
  export_sites(*addon, exports);
  export_budget(*addon, exports);
  export_compute(*addon, exports);
  export_autograd(*addon, exports);
  export_nn(*addon, exports);
  export_plain_tensors(*addon, exports);
  export_async(*addon, exports);
  export_batch_norm(*addon, exports);
  export_module_macs(*addon, exports);
  export_amp(*addon, exports);
  export_optim(*addon, exports);
  export_lr(*addon, exports);
  export_step(*addon, exports);
  export_jit(*addon, exports);
  export_image_loader(*addon, exports);
  export_packing(*addon, exports);
  export_jpeg_compression(*addon, exports);
  return exports;
}

NODE_API_MODULE(torch_node, init)

}  // namespace
}  // namespace node_libtorch
