// Optimizers, for lib/optim.
#include "optim/optim.h"

#include "napi/call.h"
#include "optim/clip_grad.h"
#include "optim/kinds.h"

namespace node_libtorch {
namespace {

Optimizer& optimizer_of(const Call& call) { return *call.handle<OptimizerPtr>(0, "optimizer"); }

constexpr std::pair<std::string_view, OptimizerPtr (*)()> kKinds[] = {
    {"Adadelta", make_adadelta},
    {"Adafactor", make_adafactor},
    {"Adagrad", make_adagrad},
    {"Adam", make_adam},
    {"Adamax", make_adamax},
    {"AdamW", make_adamw},
    {"ASGD", make_asgd},
    {"LBFGS", make_lbfgs},
    {"Muon", make_muon},
    {"NAdam", make_nadam},
    {"RAdam", make_radam},
    {"RMSprop", make_rmsprop},
    {"Rprop", make_rprop},
    {"SGD", make_sgd},
    {"SparseAdam", make_sparse_adam},
};

/// createOptimizer(kind)
napi_value create_optimizer(Call& call) {
  const std::string kind = call.string(0, "kind");
  for (const auto& [name, make] : kKinds) {
    if (name == kind) return make_handle(call.env(), *call.addon().ledger, make());
  }
  call.refuse(0, "kind", "the name of an optimizer");
}

/// addParamGroup(optimizer, values, ...parameters)
napi_value add_param_group(Call& call) {
  ParamGroup group;
  const Napi::Object values = call.object(1, "values");
  const Napi::Array names = values.GetPropertyNames();
  for (uint32_t i = 0; i < names.Length(); ++i) {
    const std::string name = names.Get(i).ToString();
    const Napi::Value value = values.Get(name);
    if (!value.IsNumber()) throw ArgumentError("addParamGroup: " + name + " is not a number");
    group.values[name] = value.As<Napi::Number>().DoubleValue();
  }
  for (size_t i = 2; i < call.size(); ++i) group.params.push_back(call.tensor(i, "parameter"));
  optimizer_of(call).add_group(std::move(group));
  return call.undefined();
}

ParamGroup& group_of(const Call& call) {
  auto& groups = optimizer_of(call).groups();
  const int64_t index = call.integer(1, "group");
  if (index < 0 || index >= static_cast<int64_t>(groups.size())) {
    call.refuse(1, "group", "the index of a parameter group");
  }
  return groups[static_cast<size_t>(index)];
}

/// groupValue(optimizer, group, name) → number or undefined
napi_value group_value(Call& call) {
  const Values& values = group_of(call).values;
  const auto found = values.find(call.string(2, "name"));
  return found == values.end() ? call.undefined() : call.number_value(found->second);
}

/// groupNames(optimizer, group) → the names of its values
napi_value group_names(Call& call) {
  Napi::Array names = Napi::Array::New(call.env());
  for (const auto& [name, value] : group_of(call).values) names.Set(names.Length(), name);
  return names;
}

/// setGroupValue(optimizer, group, name, value)
napi_value set_group_value(Call& call) {
  group_of(call).values[call.string(2, "name")] = call.number(3, "value");
  return call.undefined();
}

/// stepOptimizer(optimizer, gradScale?, foundInf?)
napi_value step(Call& call) {
  // A copy: the optimizer must outlive its own step.
  const OptimizerPtr optimizer = call.handle<OptimizerPtr>(0, "optimizer");
  GradScale scaling;
  if (!call.absent(1)) scaling.scale = call.tensor(1, "gradScale");
  if (!call.absent(2)) scaling.found_inf = call.tensor(2, "foundInf");
  optimizer->step(scaling);
  return call.undefined();
}

napi_value zero_grad(Call& call) {
  optimizer_of(call).zero_grad(call.boolean(1, "setToNone"));
  return call.undefined();
}

/// optimizerState(optimizer, parameter) → [[name, tensor], ...]
napi_value optimizer_state(Call& call) {
  Napi::Array result = Napi::Array::New(call.env());
  const auto* state = optimizer_of(call).find_state(call.tensor(1, "parameter"));
  if (state == nullptr) return result;
  for (const auto& [name, tensor] : *state) {
    if (!tensor.defined()) continue;
    Napi::Array pair = Napi::Array::New(call.env(), 2);
    pair.Set(0u, name);
    pair.Set(1u, Napi::Value(call.env(), call.tensor_value(tensor)));
    result.Set(result.Length(), pair);
  }
  return result;
}

/// setOptimizerState(optimizer, parameter, name, tensor)
napi_value set_optimizer_state(Call& call) {
  optimizer_of(call).state_of(call.tensor(1, "parameter"))[call.string(2, "name")] =
      call.tensor(3, "tensor");
  return call.undefined();
}

napi_value clear_optimizer_state(Call& call) {
  optimizer_of(call).clear_state();
  return call.undefined();
}

std::vector<at::Tensor> tensors_from(const Call& call, size_t begin) {
  std::vector<at::Tensor> tensors;
  for (size_t i = begin; i < call.size(); ++i) tensors.push_back(call.tensor(i, "tensor"));
  return tensors;
}

/// totalNorm(normType, ...tensors)
napi_value norm_of_all(Call& call) {
  return call.tensor_value(total_norm(tensors_from(call, 1), call.number(0, "normType")));
}

/// clipGradsWithNorm(totalNorm, maxNorm, ...gradients)
napi_value clip_norm(Call& call) {
  clip_grads_with_norm(tensors_from(call, 2), call.tensor(0, "totalNorm"),
                       call.number(1, "maxNorm"));
  return call.undefined();
}

/// clipGradValue(clipValue, ...gradients)
napi_value clip_value(Call& call) {
  clip_grad_value(tensors_from(call, 1), call.number(0, "clipValue"));
  return call.undefined();
}

constexpr Export kExports[] = {
    {"createOptimizer", create_optimizer},
    {"addParamGroup", add_param_group},
    {"groupValue", group_value},
    {"groupNames", group_names},
    {"setGroupValue", set_group_value},
    {"stepOptimizer", step},
    {"zeroGrad", zero_grad},
    {"optimizerState", optimizer_state},
    {"setOptimizerState", set_optimizer_state},
    {"clearOptimizerState", clear_optimizer_state},
    {"totalNorm", norm_of_all},
    {"clipGradsWithNorm", clip_norm},
    {"clipGradValue", clip_value},
};

}  // namespace

void export_optim(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
