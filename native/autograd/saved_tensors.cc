#include "autograd/saved_tensors.h"

#include <torch/csrc/autograd/graph_task.h>

#include <atomic>

#include "autograd/autograd.h"
#include "autograd/js_graph.h"
#include "napi/call.h"
#include "napi/callback.h"

namespace node_libtorch {
namespace {

/// (tensor) => () => tensor: packs a tensor and gives the function that unpacks it.
thread_local std::shared_ptr<JsCallback> pack_hook;

/// Hooks that wait in graphs, of all threads.
std::atomic<int64_t> packed{0};

/// Keeps what is made meanwhile out of every torch.scope: it belongs to the graph, which outlives
/// the scope.
class Unscoped {
 public:
  explicit Unscoped(Ledger& ledger) : ledger_(ledger) { ledger_.scopes.emplace_back(); }
  ~Unscoped() { ledger_.scopes.pop_back(); }
  Unscoped(const Unscoped&) = delete;
  Unscoped& operator=(const Unscoped&) = delete;

 private:
  Ledger& ledger_;
};

class JsSavedTensorHooks final : public torch::autograd::SavedVariableHooks {
 public:
  explicit JsSavedTensorHooks(std::shared_ptr<JsCallback> pack) : pack_(std::move(pack)) {
    ++packed;
  }
  ~JsSavedTensorHooks() override { --packed; }

  void call_pack_hook(const at::Tensor& tensor) override {
    pack_->check_callable();
    Addon& addon = pack_->addon();
    Napi::Env env(addon.env);
    Napi::HandleScope scope(env);
    const Unscoped unscoped(*addon.ledger);
    // Detached: an output would bring its node, which is about to own what the hook returns.
    napi_value unpack = pack_->call({make_handle(env, *addon.ledger, tensor.detach())});
    if (!Napi::Value(env, unpack).IsFunction()) {
      throw ArgumentError("a pack hook must return a function");
    }
    unpack_ = std::make_unique<JsCallback>(addon, unpack, "a hook that unpacks a saved tensor");
    pack_.reset();
  }

  at::Tensor call_unpack_hook() override {
    unpack_->check_callable();
    Napi::Env env(unpack_->addon().env);
    Napi::HandleScope scope(env);
    auto* cell = open_handle<at::Tensor>(env, unpack_->call({}));
    if (cell == nullptr || !cell->value.defined()) {
      throw ArgumentError("a hook that unpacks a saved tensor must return a Tensor");
    }
    return cell->value;
  }

 private:
  std::shared_ptr<JsCallback> pack_;
  std::unique_ptr<JsCallback> unpack_;
};

/// setPackHook(function | null)
napi_value set_pack_hook(Call& call) {
  if (call.absent(0)) {
    pack_hook.reset();
    return call.undefined();
  }
  if (!Napi::Value(call.env(), call[0]).IsFunction()) call.refuse(0, "pack", "a function");
  pack_hook =
      std::make_shared<JsCallback>(call.addon(), call[0], "a hook that packs a saved tensor");
  return call.undefined();
}

/// graphTaskId() → the number of the backward that runs, -1 outside one
napi_value graph_task_id(Call& call) {
  return call.number_value(torch::autograd::get_current_graph_task_id());
}

constexpr Export kExports[] = {{"setPackHook", set_pack_hook}, {"graphTaskId", graph_task_id}};

}  // namespace

bool has_packed_tensors() { return packed != 0; }

std::unique_ptr<torch::autograd::SavedVariableHooks> make_saved_tensor_hooks() {
  return pack_hook ? std::make_unique<JsSavedTensorHooks>(pack_hook) : nullptr;
}

void export_saved_tensors(Addon& addon, Napi::Object exports) {
  add_exports(addon, exports, kExports);
}

}  // namespace node_libtorch
