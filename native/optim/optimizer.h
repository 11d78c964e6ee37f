// Base of the optimizers: parameter groups with named numbers, and per-parameter state.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace node_libtorch {

/// Named numbers of a group: `lr`, `momentum` …, and what a scheduler keeps there (`initial_lr`).
/// Booleans are 0 and 1, None is NaN, pairs are two numbers (`beta1`, `beta2`). The names are
/// Python's, so that state dicts need no translation.
using Values = std::map<std::string, double, std::less<>>;

struct ParamGroup {
  std::vector<at::Tensor> params;
  Values values;

  double at(std::string_view name) const;
  bool flag(std::string_view name) const { return at(name) != 0; }
  /// A value that may be None, such as `fused`; None too if there is none of that name.
  std::optional<double> optional(std::string_view name) const;
};

/// What fused kernels take instead of unscaled gradients, on the device, so that nobody waits for
/// it: the number that gradients are to be divided by, if they are, and whether (1, else 0) one of
/// them was infinite or NaN, in which case the step does nothing. Both are float32.
struct GradScale {
  at::Tensor scale;
  at::Tensor found_inf;
};

class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// One update of all groups from the gradients there are; parameters without one are left alone.
  void step(const GradScale& scaling = {});
  /// Whether {@link step} can take a scale, as its kernels are now.
  virtual bool takes_grad_scale() const { return false; }
  void zero_grad(bool set_to_none);

  /// Refuses non-leaves, and parameters that are in a group already.
  void add_group(ParamGroup group);

  std::vector<ParamGroup>& groups() { return groups_; }
  const std::vector<ParamGroup>& groups() const { return groups_; }

  /// State tensors of a parameter by Python's names (`momentum_buffer`), in the order of their
  /// making: state dicts show it.
  class State {
   public:
    /// The tensor of that name, undefined at first. The reference holds until the next new name.
    at::Tensor& operator[](std::string_view name);
    auto begin() const { return entries_.begin(); }
    auto end() const { return entries_.end(); }

   private:
    std::vector<std::pair<std::string, at::Tensor>> entries_;
  };
  State& state_of(const at::Tensor& parameter) { return state_[parameter.unsafeGetTensorImpl()]; }
  const State* find_state(const at::Tensor& parameter) const;
  void clear_state() { state_.clear(); }

 protected:
  /// The parameters of a group that have gradients, all of one dtype and one device.
  struct Batch {
    std::vector<at::Tensor> params;
    std::vector<at::Tensor> grads;

    void add(const at::Tensor& parameter, const at::Tensor& grad) {
      params.push_back(parameter);
      grads.push_back(grad);
    }
  };
  virtual void update(const ParamGroup& group, Batch& batch) = 0;
  /// The scaling of the step that runs; undefined tensors if there is none.
  const GradScale& scaling() const { return scaling_; }
  /// Called for each new group before it is added: some optimizers have state before their first
  /// step. The group is refused if this throws.
  virtual void begin(const ParamGroup&) {}

 private:
  std::vector<ParamGroup> groups_;
  GradScale scaling_;
  std::unordered_map<const at::TensorImpl*, State> state_;
};

}  // namespace node_libtorch
