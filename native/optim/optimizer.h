// Base of the optimizers: parameter groups with named numbers, and per-parameter state.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace node_libtorch {

/// Named numbers of a group: `lr`, `momentum` …, and what a scheduler keeps there (`initial_lr`).
/// Booleans are 0 and 1. The names are Python's, so that state dicts need no translation.
using Values = std::map<std::string, double, std::less<>>;

struct ParamGroup {
  std::vector<at::Tensor> params;
  Values values;

  double at(std::string_view name) const;
  bool flag(std::string_view name) const { return at(name) != 0; }
};

class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// One update of all groups from the gradients there are; parameters without one are left alone.
  void step();
  void zero_grad(bool set_to_none);

  /// Refuses non-leaves, and parameters that are in a group already.
  void add_group(ParamGroup group);

  std::vector<ParamGroup>& groups() { return groups_; }

  /// State tensors of a parameter by Python's names: `momentum_buffer`.
  using State = std::map<std::string, at::Tensor, std::less<>>;
  State& state_of(const at::Tensor& parameter) { return state_[parameter.unsafeGetTensorImpl()]; }
  const State* find_state(const at::Tensor& parameter) const;
  void clear_state() { state_.clear(); }

 protected:
  /// The parameters of a group that have gradients, all of one dtype and one device.
  struct Batch {
    std::vector<at::Tensor> params;
    std::vector<at::Tensor> grads;
  };
  virtual void update(const ParamGroup& group, Batch& batch) = 0;

 private:
  std::vector<ParamGroup> groups_;
  std::unordered_map<const at::TensorImpl*, State> state_;
};

}  // namespace node_libtorch
