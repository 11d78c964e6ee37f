// Handles: type-tagged Externals, owned by the reaper's env, each holding one C++ value.
#pragma once

#include <ATen/core/Tensor.h>
#include <node_api.h>

#include <memory>
#include <utility>

#include "napi/ledger.h"

namespace torch::nn {
class Module;
}

namespace node_libtorch {

class Optimizer;
class Scheduler;

using ModulePtr = std::shared_ptr<torch::nn::Module>;
using OptimizerPtr = std::shared_ptr<Optimizer>;
using SchedulerPtr = std::shared_ptr<Scheduler>;

/// What a handle of type T is called in messages, and its tag, by which a foreign External is
/// refused.
template <class T>
struct HandleType;
template <>
struct HandleType<at::Tensor> {
  static constexpr const char* name = "a tensor handle";
  static constexpr napi_type_tag tag{0x8d1c5a2e7f4b4c01, 0x9a6e3d0b51c84f01};
};
template <>
struct HandleType<ModulePtr> {
  static constexpr const char* name = "a module handle";
  static constexpr napi_type_tag tag{0x8d1c5a2e7f4b4c02, 0x9a6e3d0b51c84f02};
};
template <>
struct HandleType<OptimizerPtr> {
  static constexpr const char* name = "an optimizer handle";
  static constexpr napi_type_tag tag{0x8d1c5a2e7f4b4c03, 0x9a6e3d0b51c84f03};
};
template <>
struct HandleType<SchedulerPtr> {
  static constexpr const char* name = "a scheduler handle";
  static constexpr napi_type_tag tag{0x8d1c5a2e7f4b4c04, 0x9a6e3d0b51c84f04};
};
template <>
struct HandleType<at::Generator> {
  static constexpr const char* name = "a generator handle";
  static constexpr napi_type_tag tag{0x8d1c5a2e7f4b4c05, 0x9a6e3d0b51c84f05};
};

template <class T>
struct Cell {
  T value;
  Ledger* ledger;
  bool counted;  ///< still among the ledger's live handles

  /// Leaves the count of live handles and any scope.
  void uncount() {
    if (!counted) return;
    counted = false;
    for (auto& scope : ledger->scopes) scope.erase(this);
    ledger->handles.fetch_sub(1, std::memory_order_relaxed);
    count_process_handles(-1);
  }
};

/// Makes the External for `value`. Throws Napi::Error when the env is being torn down.
template <class T>
napi_value make_handle(napi_env env, Ledger& ledger, T value);

/// The cell behind a handle of type T; null for anything else.
template <class T>
Cell<T>* open_handle(napi_env env, napi_value value) {
  napi_valuetype type;
  if (napi_typeof(env, value, &type) != napi_ok || type != napi_external) return nullptr;
  bool same = false;
  if (napi_check_object_type_tag(env, value, &HandleType<T>::tag, &same) != napi_ok || !same) {
    return nullptr;
  }
  void* data = nullptr;
  return napi_get_value_external(env, value, &data) == napi_ok ? static_cast<Cell<T>*>(data)
                                                               : nullptr;
}

}  // namespace node_libtorch
