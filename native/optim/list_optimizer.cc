#include "optim/list_optimizer.h"

#include <ATen/ScalarOps.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_neg.h>
#include <ATen/ops/view_as_complex.h>
#include <ATen/ops/view_as_real.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/DefaultDtype.h>

#include <algorithm>

#include "napi/call.h"
#include "optim/match.h"

namespace node_libtorch {
namespace {

at::Tensor as_real(const at::Tensor& tensor) {
  return tensor.is_complex() ? at::view_as_real(tensor) : tensor;
}

/// Increments a step counter. A counter on the CPU is written to directly: there are as many as
/// parameters, and dispatching each addition would cost more than the update of small ones.
void increment(const at::Tensor& step) {
  if (step.is_cpu() && step.scalar_type() == at::kFloat && step.numel() == 1) {
    *step.mutable_data_ptr<float>() += 1;
  } else {
    step.add_(1);
  }
}

double value_of(const at::Tensor& step) {
  if (step.is_cpu() && step.scalar_type() == at::kFloat && step.numel() == 1) {
    return *step.const_data_ptr<float>();
  }
  return step.item<double>();
}

}  // namespace

void ListOptimizer::update(const ParamGroup& group, Batch& batch) {
  for (size_t i = 0; i < batch.params.size(); ++i) {
    TORCH_CHECK(traits_.takes_sparse || batch.grads[i].layout() == at::kStrided, name_,
                ": does not support sparse gradients");
    TORCH_CHECK(traits_.takes_complex || !batch.params[i].is_complex(), name_,
                ": does not support complex parameters");
  }
  Batch fused;
  split_fused(group, batch, fused);
  if (!fused.params.empty()) {
    const auto here = [&](const at::Tensor& tensor) -> std::optional<at::Tensor> {
      if (!tensor.defined()) return std::nullopt;
      return on_device(tensor, fused.params.front().device());
    };
    update_fused(group, fused, {here(scaling().scale), here(scaling().found_inf)});
  }

  const auto foreach = group.optional("foreach");
  const auto count = batch.params.size();
  size_t begin = 0;
  for (size_t i = 0; i < count; ++i) {
    const bool alone = foreach ? *foreach == 0 : batch.params[i].is_cpu();
    if (!alone && batch.grads[i].layout() == at::kStrided) continue;
    if (begin < i) update_range(group, batch, begin, i);
    update_range(group, batch, i, i + 1);
    begin = i + 1;
  }
  if (begin < count) update_range(group, batch, begin, count);
}

bool ListOptimizer::takes_grad_scale() const {
  if (!traits_.has_fused) return false;
  return std::all_of(groups().begin(), groups().end(), [](const ParamGroup& group) {
    if (const auto choice = group.optional("fused")) return *choice != 0;
    if (group.optional("foreach")) return false;
    // On the CPU waiting costs nothing, and what PyTorch does by default is to divide first.
    return std::all_of(group.params.begin(), group.params.end(), [](const at::Tensor& parameter) {
      const at::Tensor& grad = parameter.grad();
      return !grad.defined() ||
             (!parameter.is_cpu() && fusible(parameter) && grad.layout() == at::kStrided);
    });
  });
}

void ListOptimizer::split_fused(const ParamGroup& group, Batch& batch, Batch& fused) const {
  const auto choice = group.optional("fused");
  if (!traits_.has_fused || choice == 0 || (!choice && group.optional("foreach"))) return;
  Batch rest;
  for (size_t i = 0; i < batch.params.size(); ++i) {
    const at::Tensor& parameter = batch.params[i];
    const at::Tensor& grad = batch.grads[i];
    const bool fits = fusible(parameter) && grad.layout() == at::kStrided;
    if (choice && !fits) {
      throw ArgumentError(name_ +
                          ": fused takes dense floating-point parameters and gradients on CPU, "
                          "CUDA or MPS, and got " +
                          toString(parameter.scalar_type()) + " on " + parameter.device().str());
    }
    if (fits) {
      fused.add(parameter, flat_like_parameter(name_, "gradient", grad, parameter));
    } else {
      rest.add(parameter, grad);
    }
  }
  batch = std::move(rest);
}

void ListOptimizer::update_range(const ParamGroup& group, const Batch& batch, size_t begin,
                                 size_t end) {
  Lists lists;
  for (size_t i = begin; i < end; ++i) {
    const at::Tensor& parameter = batch.params[i];
    const at::Tensor grad = like_parameter(name_, "gradient", batch.grads[i], parameter);
    const bool split = traits_.complex_as_real && grad.layout() == at::kStrided;
    lists.keys.push_back(parameter);
    lists.params.push_back(split ? as_real(parameter) : parameter);
    lists.grads.push_back(split ? as_real(grad) : grad);
  }
  if (group.optional("maximize").value_or(0) != 0) lists.grads = at::_foreach_neg(lists.grads);
  update_lists(group, lists);
}

std::vector<at::Tensor> ListOptimizer::states(const Lists& lists, std::string_view name) {
  std::vector<at::Tensor> result;
  result.reserve(lists.keys.size());
  for (const auto& parameter : lists.keys) {
    at::Tensor& state = state_of(parameter)[name];
    state =
        state.defined() ? like_parameter(name_, name, state, parameter) : at::zeros_like(parameter);
    result.push_back(traits_.complex_as_real ? as_real(state) : state);
  }
  return result;
}

std::vector<at::Tensor> ListOptimizer::flat_states(const Batch& batch, std::string_view name) {
  std::vector<at::Tensor> result;
  result.reserve(batch.params.size());
  for (const auto& parameter : batch.params) {
    at::Tensor& state = state_of(parameter)[name];
    state = state.defined() ? flat_like_parameter(name_, name, state, parameter)
                            : at::zeros_like(parameter);
    result.push_back(state);
  }
  return result;
}

at::Tensor ListOptimizer::step_of(const at::Tensor& parameter) {
  at::Tensor& step = state_of(parameter)["step"];
  if (!step.defined()) {
    // On the CPU, as PyTorch: its value is needed there.
    step = at::zeros(
        {}, c10::get_default_dtype_as_scalartype() == at::kDouble ? at::kDouble : at::kFloat);
  }
  return step;
}

std::vector<double> ListOptimizer::advance(const Lists& lists) {
  std::vector<double> result;
  result.reserve(lists.keys.size());
  for (const auto& parameter : lists.keys) {
    const at::Tensor step = step_of(parameter);
    increment(step);
    result.push_back(value_of(step));
  }
  return result;
}

std::vector<at::Tensor> ListOptimizer::flat_steps(const Batch& batch, const FusedScale& scaling) {
  std::vector<at::Tensor> result;
  result.reserve(batch.params.size());
  for (const auto& parameter : batch.params) {
    at::Tensor step = step_of(parameter);
    TORCH_CHECK(step.numel() == 1, name_, ": the step has shape ", step.sizes(), ", expected []");
    if (step.scalar_type() != at::kFloat || step.device() != parameter.device()) {
      step = step.to(parameter.device(), at::kFloat);
      state_of(parameter)["step"] = step;
    }
    result.push_back(std::move(step));
  }
  if (!result.empty() && result.front().is_cpu()) {
    const bool idle = scaling.found_inf && scaling.found_inf->item<float>() != 0;
    if (!idle) {
      for (const auto& step : result) increment(step);
    }
  } else if (scaling.found_inf) {
    at::_foreach_add_(result, scaling.found_inf->neg().add(1));
  } else {
    at::_foreach_add_(result, 1);
  }
  return result;
}

void ListOptimizer::decay(const ParamGroup& group, Lists& lists, bool decoupled) const {
  const double weight_decay = group.at("weight_decay");
  if (weight_decay == 0) return;
  if (decoupled) {
    multiply_(group, lists.params, 1 - group.at("lr") * weight_decay);
  } else if (traits_.complex_decay && lists.keys.front().is_complex()) {
    for (size_t i = 0; i < lists.keys.size(); ++i) {
      const at::Tensor grad = at::view_as_complex(lists.grads[i].contiguous());
      lists.grads[i] = at::view_as_real(grad.add(lists.keys[i], weight_decay));
    }
  } else {
    lists.grads = at::_foreach_add(lists.grads, lists.params, weight_decay);
  }
}

void ListOptimizer::multiply_(const ParamGroup& group, at::TensorList tensors,
                              const at::Scalar& factor) {
  if (!tensors.front().is_cpu() || group.optional("foreach").value_or(0) != 0) {
    at::_foreach_mul_(tensors, factor);
    return;
  }
  const at::Tensor number = at::native::wrapped_scalar_tensor(factor);
  for (const auto& tensor : tensors) tensor.mul_(number);
}

}  // namespace node_libtorch
