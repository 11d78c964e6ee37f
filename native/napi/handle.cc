#include "napi/handle.h"

#include <ATen/core/Generator.h>
#include <napi.h>

#include "image/handles.h"
#include "napi/budget.h"

namespace node_libtorch {
namespace {

// Runs inside the garbage collection: destroys the value and counts, touches no JS.
template <class T>
void finalize(napi_env, void* data, void*) {
  auto* cell = static_cast<Cell<T>*>(data);
  Ledger* ledger = cell->ledger;
  cell->uncount();
  if (ledger->sites != nullptr) ledger->sites->forget(cell);
  delete cell;
  ledger->report_shrinking();
}

}  // namespace

template <class T>
napi_value make_handle(napi_env env, Ledger& ledger, T value) {
  auto cell = std::make_unique<Cell<T>>(Cell<T>{std::move(value), &ledger, false});
  napi_value external;
  // Fails while a worker is being terminated; the cell then goes with this scope.
  if (ledger.reaper == nullptr || napi_create_external(ledger.reaper, cell.get(), &finalize<T>,
                                                       nullptr, &external) != napi_ok) {
    throw Napi::Error::New(env, "node-libtorch: this thread is shutting down");
  }
  Cell<T>* owned = cell.release();
  owned->counted = true;
  if constexpr (std::is_same_v<T, at::Tensor>) {
    if (!ledger.scopes.empty()) ledger.scopes.back().insert(owned);
    if (!owned->value.device().is_cpu()) note_device_tensor(ledger, owned->value);
    ledger.tensors.add(1);
  }
  ledger.handles.add(1);
  if (napi_type_tag_object(env, external, &HandleType<T>::tag) != napi_ok) {
    throw Napi::Error::New(env, "node-libtorch: this thread is shutting down");
  }
  return external;
}

template napi_value make_handle(napi_env, Ledger&, at::Tensor);
template napi_value make_handle(napi_env, Ledger&, ModulePtr);
template napi_value make_handle(napi_env, Ledger&, OptimizerPtr);
template napi_value make_handle(napi_env, Ledger&, JitModulePtr);
template napi_value make_handle(napi_env, Ledger&, AotiModelPtr);
template napi_value make_handle(napi_env, Ledger&, at::Generator);
template napi_value make_handle(napi_env, Ledger&, HookPtr);
template napi_value make_handle(napi_env, Ledger&, FunctionCallPtr);
template napi_value make_handle(napi_env, Ledger&, GraphNodePtr);
template napi_value make_handle(napi_env, Ledger&, image::PackPtr);
template napi_value make_handle(napi_env, Ledger&, image::RawCachePtr);

}  // namespace node_libtorch
