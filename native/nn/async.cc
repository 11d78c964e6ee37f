// The forward of a module on the compute thread, and what JS must leave alone meanwhile.
#include <functional>

#include "autograd/thread_state.h"
#include "napi/call.h"
#include "nn/js_module.h"
#include "nn/module_uses.h"
#include "nn/nn.h"
#include "optim/optimizer.h"

namespace node_libtorch {
namespace {

class ForwardJob final : public Job {
 public:
  ForwardJob(ModulePtr module, Inputs inputs)
      : module_(std::move(module)), inputs_(std::move(inputs)) {}

  std::vector<at::Tensor> inputs() const override { return inputs_; }
  bool needs_js() const override { return !runs_natively(*module_); }
  void note_uses(Uses& uses) const override {
    note_module(uses, *module_);
    uses.add(inputs_);
  }
  void run() override {
    state_.run([this] { output_ = run_module(module_, inputs_); });
  }
  napi_value result(Addon& addon) override {
    return make_handle(addon.env, *addon.ledger, std::move(output_));
  }

 private:
  const ThreadState state_;
  const ModulePtr module_;
  const Inputs inputs_;
  at::Tensor output_;
};

/// prepareForward(module, ...inputs) → a job whose result is the output
napi_value prepare_forward(Call& call) {
  ModulePtr module = call.handle<ModulePtr>(0, "module");
  Inputs inputs;
  for (size_t i = 1; i < call.size(); ++i) inputs.push_back(call.tensor(i, "input"));
  return prepare_job(call, std::make_unique<ForwardJob>(std::move(module), std::move(inputs)));
}

/// Calls `visit` with the module, those below it and their tensors, until it returns true.
bool any_of_tree(torch::nn::Module& root, const std::function<bool(const void*)>& visit) {
  for (const auto& module : root.modules()) {
    if (visit(module.get())) return true;
    for (const TensorDict* tensors : {&parameters_of(*module), &buffers_of(*module)}) {
      for (const auto& entry : *tensors) {
        if (entry.value().defined() && visit(entry.value().unsafeGetTensorImpl())) return true;
      }
    }
  }
  return false;
}

bool any_of_optimizer(Optimizer& optimizer, const std::function<bool(const void*)>& visit) {
  if (visit(&optimizer)) return true;
  for (const auto& group : optimizer.groups()) {
    for (const at::Tensor& parameter : group.params) {
      if (visit(parameter.unsafeGetTensorImpl())) return true;
    }
  }
  return false;
}

/// inUse(handle) → whether the running job relies on the tensor, on anything in the tree of
/// modules, or on the optimizer or its parameters
napi_value in_use(Call& call) {
  const auto used = [&call](const void* object) { return is_in_use(call.addon(), object); };
  bool result = false;
  if (auto* module = open_handle<ModulePtr>(call.env(), call[0])) {
    result = any_of_tree(*module->value, used);
  } else if (auto* optimizer = open_handle<OptimizerPtr>(call.env(), call[0])) {
    result = any_of_optimizer(*optimizer->value, used);
  } else if (auto* tensor = open_handle<at::Tensor>(call.env(), call[0])) {
    result = tensor->value.defined() && used(tensor->value.unsafeGetTensorImpl());
  }
  return call.boolean_value(result);
}

/// sharesMemory(tensor) → whether anything else refers to its memory
napi_value shares_memory(Call& call) {
  const at::Tensor& tensor = call.tensor(0, "tensor");
  return call.boolean_value(tensor.has_storage() && tensor.storage().use_count() > 1);
}

/// tensorIdentity(tensor) → a number that is another one for each tensor alive
napi_value tensor_identity(Call& call) {
  const auto* object = call.tensor(0, "tensor").unsafeGetTensorImpl();
  return call.number_value(static_cast<double>(reinterpret_cast<uintptr_t>(object)));
}

constexpr Export kExports[] = {
    {"prepareForward", prepare_forward},
    {"tensorIdentity", tensor_identity},
    {"inUse", in_use},
    {"sharesMemory", shares_memory},
};

}  // namespace

void note_module(Uses& uses, torch::nn::Module& root) {
  any_of_tree(root, [&uses](const void* object) {
    uses.add(object);
    return false;
  });
}

void export_async(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
