#include "optim/optimizer.h"

#include <ATen/core/grad_mode.h>
#include <c10/util/ScopeExit.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "napi/call.h"

namespace node_libtorch {

double ParamGroup::at(std::string_view name) const {
  const auto found = values.find(name);
  if (found == values.end()) {
    throw ArgumentError("the parameter group has no value named " + std::string(name));
  }
  return found->second;
}

std::optional<double> ParamGroup::optional(std::string_view name) const {
  const auto found = values.find(name);
  if (found == values.end() || std::isnan(found->second)) return std::nullopt;
  return found->second;
}

at::Tensor& Optimizer::State::operator[](std::string_view name) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  if (found != entries_.end()) return found->second;
  return entries_.emplace_back(name, at::Tensor()).second;
}

const Optimizer::State* Optimizer::find_state(const at::Tensor& parameter) const {
  const auto found = state_.find(parameter.unsafeGetTensorImpl());
  return found == state_.end() ? nullptr : &found->second;
}

void Optimizer::add_group(ParamGroup group) {
  for (size_t i = 0; i < group.params.size(); ++i) {
    const at::Tensor& parameter = group.params[i];
    if (!parameter.is_leaf() && !parameter.retains_grad()) {
      throw ArgumentError(
          "an optimizer takes leaf tensors only, or such as retain their gradient; "
          "parameter " +
          std::to_string(i) + " is the result of an operation");
    }
    const auto is_same = [&](const at::Tensor& other) { return other.is_same(parameter); };
    bool known =
        std::any_of(group.params.begin(), group.params.begin() + static_cast<long>(i), is_same);
    for (const auto& other : groups_) {
      known = known || std::any_of(other.params.begin(), other.params.end(), is_same);
    }
    if (known) {
      throw ArgumentError("parameter " + std::to_string(i) + " is in the optimizer already");
    }
  }
  try {
    begin(group);
  } catch (...) {
    // State is found by address, which a tensor to come may have.
    for (const auto& parameter : group.params) state_.erase(parameter.unsafeGetTensorImpl());
    throw;
  }
  groups_.push_back(std::move(group));
}

void Optimizer::step(const GradScale& scaling) {
  at::NoGradGuard no_grad;
  TORCH_CHECK(!scaling.found_inf.defined() || takes_grad_scale(),
              "step: this optimizer cannot take the scale of its gradients: unscale them first");
  scaling_ = scaling;
  const auto reset = c10::make_scope_exit([this] { scaling_ = {}; });
  for (const auto& group : groups_) {
    // Fused kernels take lists of one dtype on one device.
    std::map<std::pair<c10::DeviceType, std::pair<int, int>>, Batch> batches;
    for (const auto& parameter : group.params) {
      const at::Tensor& grad = parameter.grad();
      if (!grad.defined()) continue;
      const auto device = parameter.device();
      Batch& batch =
          batches[{device.type(), {device.index(), static_cast<int>(parameter.scalar_type())}}];
      batch.add(parameter, grad);
    }
    for (auto& [key, batch] : batches) update(group, batch);
  }
}

void Optimizer::zero_grad(bool set_to_none) {
  for (const auto& group : groups_) {
    for (const auto& parameter : group.params) {
      at::Tensor& grad = parameter.mutable_grad();
      if (!grad.defined()) continue;
      if (set_to_none) {
        grad.reset();
      } else {
        if (grad.grad_fn()) {
          grad.detach_();
        } else {
          grad.requires_grad_(false);
        }
        grad.zero_();
      }
    }
  }
}

}  // namespace node_libtorch
