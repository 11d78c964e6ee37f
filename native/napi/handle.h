// Handles: type-tagged Externals, owned by the reaper's env, each holding one C++ value.
#pragma once

#include <ATen/core/Tensor.h>
#include <node_api.h>

#include <memory>
#include <type_traits>
#include <utility>

#include "napi/ledger.h"

namespace torch::nn {
class Module;
}

namespace node_libtorch {

class AotiModel;
class FunctionCall;
class GraphNode;
class Hook;
class JitModule;
class Optimizer;

using ModulePtr = std::shared_ptr<torch::nn::Module>;
using OptimizerPtr = std::shared_ptr<Optimizer>;
using JitModulePtr = std::shared_ptr<JitModule>;
using AotiModelPtr = std::shared_ptr<AotiModel>;
using HookPtr = std::shared_ptr<Hook>;
using FunctionCallPtr = std::shared_ptr<FunctionCall>;
using GraphNodePtr = std::shared_ptr<GraphNode>;

constexpr napi_type_tag handle_tag(uint64_t kind) {
  return {0x8d1c5a2e7f4b4c00 + kind, 0x9a6e3d0b51c84f00 + kind};
}

/// What a handle of type T is called in messages, and its tag, by which a foreign External is
/// refused.
template <class T>
struct HandleType;
template <>
struct HandleType<at::Tensor> {
  static constexpr const char* name = "a Tensor";
  static constexpr napi_type_tag tag = handle_tag(0x01);
};
template <>
struct HandleType<ModulePtr> {
  static constexpr const char* name = "a Module";
  static constexpr napi_type_tag tag = handle_tag(0x02);
};
template <>
struct HandleType<OptimizerPtr> {
  static constexpr const char* name = "an Optimizer";
  static constexpr napi_type_tag tag = handle_tag(0x03);
};
template <>
struct HandleType<JitModulePtr> {
  static constexpr const char* name = "a TorchScript module";
  static constexpr napi_type_tag tag = handle_tag(0x04);
};
template <>
struct HandleType<at::Generator> {
  static constexpr const char* name = "a Generator";
  static constexpr napi_type_tag tag = handle_tag(0x05);
};

template <>
struct HandleType<HookPtr> {
  static constexpr const char* name = "a hook";
  static constexpr napi_type_tag tag = handle_tag(0xa1);
};
template <>
struct HandleType<FunctionCallPtr> {
  static constexpr const char* name = "the call of a custom function";
  static constexpr napi_type_tag tag = handle_tag(0xa2);
};
template <>
struct HandleType<AotiModelPtr> {
  static constexpr const char* name = "an AOTInductor model";
  static constexpr napi_type_tag tag = handle_tag(0x06);
};
template <>
struct HandleType<GraphNodePtr> {
  static constexpr const char* name = "a node of a graph";
  static constexpr napi_type_tag tag = handle_tag(0xa3);
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
    ledger->handles.add(-1);
    if constexpr (std::is_same_v<T, at::Tensor>) {
      ledger->tensors.add(-1);
      if (ledger->sites != nullptr) ledger->sites->disposed(this);
    }
  }
};

/// Makes the External for `value`. Throws Napi::Error when the env is being torn down.
template <class T>
napi_value make_handle(napi_env env, Ledger& ledger, T value);

/// The cell behind a handle of type T; null for anything else.
template <class T>
Cell<T>* open_handle(napi_env env, napi_value value) {
  // First the question that fails quietly: the one for the tag throws on undefined and null.
  void* data = nullptr;
  if (napi_get_value_external(env, value, &data) != napi_ok) return nullptr;
  bool same = false;
  if (napi_check_object_type_tag(env, value, &HandleType<T>::tag, &same) != napi_ok || !same) {
    return nullptr;
  }
  return static_cast<Cell<T>*>(data);
}

}  // namespace node_libtorch
