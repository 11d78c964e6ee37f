// Custom functions: operations whose forward and backward are written in JS.
//
// Forward runs between beginFunction, which looks at the inputs before forward may change them, and
// finishFunction, which ties the outputs to a node of the graph. The node owns the function that
// runs backward, and the saved tensors; JS reaches those through a handle that owns neither. So a
// cycle through both heaps, which no collector would see, arises only where the user's own
// functions refer to an output, and backward breaks that one too: it releases both.
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <torch/csrc/autograd/variable_info.h>

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "autograd/autograd.h"
#include "autograd/js_graph.h"
#include "autograd/node.h"
#include "napi/call.h"
#include "napi/callback.h"

namespace node_libtorch {
namespace {

using torch::autograd::SavedVariable;
using torch::autograd::variable_list;
using torch::autograd::VariableInfo;

class FunctionNode final : public torch::autograd::Node {
 public:
  FunctionNode(std::string name, std::shared_ptr<JsCallback> backward)
      : name_(std::move(name)), backward_(std::move(backward)) {}

  std::string name() const override { return name_; }

  variable_list apply(variable_list&& gradients) override {
    // Held: a backward inside this one may release the node.
    const std::shared_ptr<JsCallback> backward = backward_;
    TORCH_CHECK(backward != nullptr, torch::autograd::ERR_BACKWARD_TWICE);
    backward->check_callable();
    Addon& addon = backward->addon();
    Napi::Env env(addon.env);
    Napi::HandleScope scope(env);
    if (materialize_) fill_in(gradients);
    Napi::Array arguments = Napi::Array::New(env, gradients.size());
    for (uint32_t i = 0; i < gradients.size(); ++i) {
      arguments.Set(i, gradients[i].defined()
                           ? Napi::Value(env, make_handle(env, *addon.ledger, gradients[i]))
                           : env.Null());
    }
    const Napi::Value result(env, backward->call({arguments}));
    variable_list results(num_outputs());
    if (!result.IsArray() || result.As<Napi::Array>().Length() != results.size()) {
      throw ArgumentError(name_ + ": expected a gradient or null for each tensor");
    }
    for (uint32_t i = 0; i < results.size(); ++i) {
      const Napi::Value gradient = result.As<Napi::Array>().Get(i);
      if (auto* cell = open_handle<at::Tensor>(env, gradient)) results[i] = cell->value;
    }
    return results;
  }

  void release_variables() override {
    saved_.clear();
    backward_.reset();
  }

#if TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 13
  void release_resources() override {
    release_variables();
    Node::release_resources();
  }
#endif

  /// Notes what stands for a gradient that backward does not get.
  void set_outputs(const std::vector<std::optional<at::Tensor>>& outputs, bool materialize) {
    materialize_ = materialize;
    for (const auto& output : outputs) {
      output ? outputs_.emplace_back(*output) : outputs_.emplace_back();
    }
  }

  void save(const variable_list& tensors) {
    for (const at::Tensor& tensor : tensors) {
      const bool is_output = tensor.defined() && tensor.grad_fn().get() == this;
      saved_.emplace_back(tensor, is_output);
    }
  }

  /// The saved tensors; throws once they are released. `self` is this node.
  variable_list saved(const NodePtr& self) const {
    TORCH_CHECK(backward_ != nullptr, torch::autograd::ERR_BACKWARD_TWICE);
    variable_list tensors;
    for (const SavedVariable& saved : saved_) tensors.push_back(saved.unpack(self));
    return tensors;
  }

 private:
  void fill_in(variable_list& gradients) const {
    at::OptionalDeviceGuard guard;
    for (size_t i = 0; i < gradients.size(); ++i) {
      if (!gradients[i].defined()) gradients[i] = outputs_[i].zeros(guard);
    }
  }

  const std::string name_;
  std::shared_ptr<JsCallback> backward_;  ///< null once released
  std::vector<SavedVariable> saved_;
  std::vector<VariableInfo> outputs_;
  bool materialize_ = true;
};

}  // namespace

/// One call of a custom function, as JS holds it.
class FunctionCall {
 public:
  variable_list inputs;  ///< until forward has ended
  NodePtr node;          ///< until forward has ended, and only if the call is recorded
  WeakNodePtr recorded;
};

namespace {

/// beginFunction(backward: (gradients) => gradients, name, ...inputs) → call
napi_value begin_function(Call& call) {
  if (!Napi::Value(call.env(), call[0]).IsFunction()) call.refuse(0, "backward", "a function");
  auto function = std::make_shared<FunctionCall>();
  for (size_t i = 2; i < call.size(); ++i) function->inputs.push_back(call.tensor(i, "input"));
  if (at::GradMode::is_enabled() && torch::autograd::any_variable_requires_grad(function->inputs)) {
    auto node = make_node<FunctionNode>(
        call.string(1, "name"),
        std::make_shared<JsCallback>(call.addon(), call[0], "the backward of a custom function"));
    node->set_next_edges(torch::autograd::collect_next_edges(function->inputs));
    function->recorded = WeakNodePtr(node);
    function->node = std::move(node);
  }
  return make_handle(call.env(), *call.addon().ledger, std::move(function));
}

/// Reads `count` arguments from position `at` on, and moves it behind them.
variable_list read_tensors(Call& call, size_t& at, size_t count, const char* what) {
  variable_list tensors;
  for (size_t end = at + count; at < end; ++at) {
    tensors.push_back(call.absent(at) ? at::Tensor() : call.tensor(at, what));
  }
  return tensors;
}

std::unordered_set<at::TensorImpl*> identities(const variable_list& tensors) {
  std::unordered_set<at::TensorImpl*> set;
  for (const at::Tensor& tensor : tensors) set.insert(tensor.unsafeGetTensorImpl());
  return set;
}

/// Makes `node` the history of the outputs. Those that are inputs come back as other tensors.
std::vector<std::optional<at::Tensor>> connect_outputs(
    const variable_list& inputs, const variable_list& constant, const variable_list& dirty,
    const std::vector<std::optional<at::Tensor>>& outputs, const NodePtr& node) {
  const auto no_jvp = [](const variable_list&, const variable_list&) -> variable_list {
    TORCH_CHECK_NOT_IMPLEMENTED(false, "a custom function has no forward-mode derivative");
  };
  const auto view_as_self = [](const at::Tensor& tensor) { return tensor.view_as(tensor); };
#if TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 14
  NodePtr attached;  // which differs from `node` for a dirty view, and concerns tracers only
  return torch::autograd::_wrap_outputs(inputs, identities(constant), identities(dirty), outputs,
                                        node, no_jvp, {}, view_as_self, /*pure_view=*/false,
                                        attached);
#else
  return torch::autograd::_wrap_outputs(inputs, identities(constant), identities(dirty), outputs,
                                        node, no_jvp, {}, view_as_self, /*pure_view=*/false);
#endif
}

/// finishFunction(call, materializeGrads, outputs, nonDifferentiable, dirty, ...tensors): as many
/// outputs (null for what is no tensor), tensors without a gradient, tensors changed in place, then
/// the tensors to save (null for none) → the outputs as part of the graph, undefined for those that
/// are the same tensors as before
napi_value finish_function(Call& call) {
  const FunctionCallPtr function = call.handle<FunctionCallPtr>(0, "call");
  const bool materialize = call.boolean(1, "materializeGrads");
  size_t counts[3];
  size_t at = 5;
  for (size_t i = 0; i < 3; ++i) {
    const int64_t count = call.integer(2 + i, "count");
    if (count < 0 || static_cast<size_t>(count) > call.size()) {
      call.refuse(2 + i, "count", "the number of tensors that follow");
    }
    counts[i] = static_cast<size_t>(count);
  }
  const variable_list raw = read_tensors(call, at, counts[0], "output");
  const variable_list constant = read_tensors(call, at, counts[1], "nonDifferentiable");
  const variable_list dirty = read_tensors(call, at, counts[2], "dirty");
  const variable_list saved =
      read_tensors(call, at, call.size() > at ? call.size() - at : 0, "saved tensor");

  const NodePtr node = std::exchange(function->node, NodePtr());
  const variable_list inputs = std::exchange(function->inputs, {});
  for (const at::Tensor& tensor : dirty) torch::autograd::impl::bump_version(tensor);
  std::vector<std::optional<at::Tensor>> outputs;
  for (const at::Tensor& tensor : raw) {
    outputs.push_back(tensor.defined() ? std::optional(tensor) : std::nullopt);
  }
  const auto wrapped = connect_outputs(inputs, constant, dirty, outputs, node);
  if (node) {
    auto& ours = static_cast<FunctionNode&>(*node);
    ours.set_outputs(wrapped, materialize);
    ours.save(saved);
  }
  Napi::Array results = Napi::Array::New(call.env(), wrapped.size());
  for (size_t i = 0; i < wrapped.size(); ++i) {
    if (!wrapped[i] || wrapped[i]->is_same(raw[i])) continue;
    results.Set(static_cast<uint32_t>(i), Napi::Value(call.env(), call.tensor_value(*wrapped[i])));
  }
  return results;
}

/// savedTensors(call) → tensors and nulls
napi_value saved_tensors(Call& call) {
  const FunctionCallPtr function = call.handle<FunctionCallPtr>(0, "call");
  const NodePtr node = function->recorded.lock();
  Napi::Array results = Napi::Array::New(call.env());
  TORCH_CHECK(node, "savedTensors: the call was not recorded, or its graph is gone");
  for (const at::Tensor& tensor : static_cast<FunctionNode&>(*node).saved(node)) {
    results.Set(results.Length(), Napi::Value(call.env(), call.tensor_value(tensor)));
  }
  return results;
}

constexpr Export kExports[] = {
    {"beginFunction", begin_function},
    {"finishFunction", finish_function},
    {"savedTensors", saved_tensors},
};

}  // namespace

bool is_custom_function(const torch::autograd::Node& node) {
  return dynamic_cast<const FunctionNode*>(&node) != nullptr;
}

void export_function(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
