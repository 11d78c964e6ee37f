// Hooks on the gradients of tensors.
#include <c10/util/ScopeExit.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/graph_task.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <vector>

#include "autograd/autograd.h"
#include "autograd/js_graph.h"
#include "autograd/node.h"
#include "napi/call.h"
#include "napi/callback.h"

namespace node_libtorch {

using HookList = std::vector<HookPtr>;

/// One function on one tensor.
class Hook {
 public:
  Hook(Addon& addon, napi_value function, const char* what, const std::shared_ptr<HookList>& list)
      : callback(addon, function, what), list(list) {}

  JsCallback callback;
  const std::weak_ptr<HookList> list;
};

namespace {

namespace autograd = torch::autograd;

/// Calls each hook with `value`. What one returns, if anything, goes through `take`.
template <class Take>
void call_hooks(const HookList& hooks, const at::Tensor& value, const Take& take) {
  // A copy: hooks may remove themselves and add others.
  for (const HookPtr& hook : HookList(hooks)) {
    const JsCallback& callback = hook->callback;
    callback.check_callable();
    Addon& addon = callback.addon();
    Napi::Env env(addon.env);
    Napi::HandleScope scope(env);
    if (callback.collected()) continue;
    napi_value result = callback.call({make_handle(env, *addon.ledger, value)});
    if (auto* cell = open_handle<at::Tensor>(env, result)) take(cell->value);
  }
}

/// The hooks of a tensor. A leaf has them itself; for any other the node that made it has them too.
class TensorHooks final : public autograd::FunctionPreHook {
 public:
  /// `output` is the number of the tensor in what the hooks are called with; `node` made the
  /// tensor.
  TensorHooks(std::shared_ptr<HookList> hooks, size_t output, const NodePtr& node)
      : hooks(std::move(hooks)), output_(output), of_leaf_(node == nullptr), node_(node) {}

  /// Whether these are the hooks of a tensor that `node` has made.
  bool belong_to(const NodePtr& node) const {
    return of_leaf_ ? node == nullptr : node != nullptr && node_.lock() == node;
  }

  autograd::variable_list operator()(const autograd::variable_list& gradients) override {
    at::Tensor gradient = gradients[output_];
    if (!gradient.defined()) return gradients;
    // This backward frees the graph, or fails on its way: the hooks have done their work, and a
    // function that refers to its own tensor must not keep it alive any more. JS keeps it as long
    // as the tensor.
    const auto done = c10::make_scope_exit([this] {
      if (of_leaf_ || autograd::get_current_graph_task_keep_graph()) return;
      for (const HookPtr& hook : *hooks) hook->callback.weaken();
    });
    at::Tensor value = gradient;
    call_hooks(*hooks, value, [&value](const at::Tensor& replacement) {
      autograd::check_variable_result(value, replacement, "registerHook");
      value = replacement;
    });
    autograd::variable_list results = gradients;
    results[output_] = std::move(value);
    return results;
  }

  const std::shared_ptr<HookList> hooks;

 private:
  const size_t output_;
  const bool of_leaf_;
  const WeakNodePtr node_;
};

class PostAccumulateHooks final : public autograd::PostAccumulateGradHook {
 public:
  void operator()(const at::Tensor& tensor) override {
    call_hooks(*hooks, tensor, [](const at::Tensor&) {});
  }

  const std::shared_ptr<HookList> hooks = std::make_shared<HookList>();
};

/// The list of hooks that the tensor has as what it is now: an operation that changes a tensor in
/// place leaves the hooks with the node before.
std::shared_ptr<HookList> hooks_of(const at::Tensor& tensor) {
  const NodePtr node = tensor.grad_fn();
  autograd::impl::materialize_autograd_meta(tensor);
  for (const auto& hook : autograd::impl::hooks(tensor)) {
    const auto* ours = dynamic_cast<TensorHooks*>(hook.get());
    if (ours != nullptr && ours->belong_to(node)) return ours->hooks;
  }
  autograd::impl::clear_hooks(tensor);
  auto list = std::make_shared<HookList>();
  autograd::impl::add_hook(tensor, std::make_unique<TensorHooks>(list, 0, node));
  if (node) {
    const auto output = static_cast<size_t>(tensor.output_nr());
    node->add_tensor_pre_hook(std::make_unique<TensorHooks>(list, output, node));
  }
  return list;
}

std::shared_ptr<HookList> post_accumulate_hooks_of(const at::Tensor& tensor) {
  auto& slot = autograd::impl::post_acc_grad_hooks(tensor);
  if (auto* ours = dynamic_cast<PostAccumulateHooks*>(slot.get())) return ours->hooks;
  auto hooks = std::make_unique<PostAccumulateHooks>();
  auto list = hooks->hooks;
  autograd::impl::set_post_acc_grad_hooks(tensor, std::move(hooks));
  return list;
}

napi_value add_hook(Call& call, const std::shared_ptr<HookList>& list, const char* what) {
  if (!Napi::Value(call.env(), call[1]).IsFunction()) call.refuse(1, "hook", "a function");
  auto hook = std::make_shared<Hook>(call.addon(), call[1], what, list);
  napi_value handle = make_handle(call.env(), *call.addon().ledger, hook);
  list->push_back(std::move(hook));
  return handle;
}

/// registerHook(tensor, function) → hook
napi_value register_hook(Call& call) {
  const at::Tensor& tensor = call.tensor(0, "tensor");
  TORCH_CHECK(tensor.requires_grad(),
              "registerHook: the tensor does not require grad, so that its hook would never run");
  return add_hook(call, hooks_of(tensor), "a hook of a tensor");
}

/// registerPostAccumulateGradHook(tensor, function) → hook
napi_value register_post_accumulate_grad_hook(Call& call) {
  const at::Tensor& tensor = call.tensor(0, "tensor");
  TORCH_CHECK(tensor.requires_grad(),
              "registerPostAccumulateGradHook: the tensor does not require grad, so that its hook "
              "would never run");
  TORCH_CHECK(tensor.is_leaf(),
              "registerPostAccumulateGradHook: the tensor is no leaf; only leaves accumulate "
              "gradients");
  return add_hook(call, post_accumulate_hooks_of(tensor), "a post-accumulate hook");
}

/// removeHook(hook)
napi_value remove_hook(Call& call) {
  const HookPtr hook = call.handle<HookPtr>(0, "hook");
  if (const auto list = hook->list.lock()) {
    list->erase(std::remove(list->begin(), list->end(), hook), list->end());
  }
  return call.undefined();
}

constexpr Export kExports[] = {
    {"registerHook", register_hook},
    {"registerPostAccumulateGradHook", register_post_accumulate_grad_hook},
    {"removeHook", remove_hook},
};

/// Hooks are there as long as their list is not empty: removing one leaves the list.
bool any_hooks(const std::vector<std::unique_ptr<autograd::FunctionPreHook>>& hooks) {
  return std::any_of(hooks.begin(), hooks.end(), [](const auto& hook) {
    const auto* ours = dynamic_cast<const TensorHooks*>(hook.get());
    return ours != nullptr && !ours->hooks->empty();
  });
}

}  // namespace

bool has_hooks(const at::Tensor& tensor) {
  if (autograd::impl::get_autograd_meta(tensor) == nullptr) return false;
  if (any_hooks(autograd::impl::hooks(tensor))) return true;
  const auto& slot = autograd::impl::post_acc_grad_hooks(tensor);
  const auto* ours = dynamic_cast<const PostAccumulateHooks*>(slot.get());
  return ours != nullptr && !ours->hooks->empty();
}

bool calls_js(autograd::Node& node) {
  return is_custom_function(node) || any_hooks(node.tensor_pre_hooks());
}

void export_hooks(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
