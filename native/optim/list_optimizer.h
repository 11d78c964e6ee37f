// Base of the optimizers whose arithmetic is a row of operations on each parameter.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Scalar.h>

#include <string>
#include <string_view>
#include <vector>

#include "optim/optimizer.h"

namespace node_libtorch {

/// The arithmetic is written once, over lists of tensors with `_foreach_*`, in the order of
/// PyTorch's for-loop. On CPU a list holds one parameter, whose data then stays in the cache from
/// operation to operation; the results are the for-loop's bit for bit. Elsewhere a list holds all
/// parameters of a group, so that an operation is one kernel launch. `foreach` (true or false)
/// overrides that.
///
/// Where ATen has a fused kernel it is used for all parameters it takes, unless `foreach` is set or
/// `fused` is false: the same arithmetic to round-off in one pass over the memory.
class ListOptimizer : public Optimizer {
 public:
  bool takes_grad_scale() const final;

 protected:
  struct Traits {
    bool takes_sparse = false;
    bool takes_complex = true;
    /// Complex tensors appear in lists as pairs of real numbers, as PyTorch has it for all but SGD.
    bool complex_as_real = true;
    /// Where so, but weight decay comes before that: other last bits.
    bool complex_decay = false;
    bool has_fused = false;
  };
  ListOptimizer(std::string name, Traits traits) : name_(std::move(name)), traits_(traits) {}

  /// Parameters to update together.
  struct Lists {
    /// The parameters themselves, to which state belongs.
    std::vector<at::Tensor> keys;
    /// The parameters as the arithmetic sees them.
    std::vector<at::Tensor> params;
    /// Their gradients, negated by `maximize`. Replaceable, but not to be written to.
    std::vector<at::Tensor> grads;
  };
  /// {@link GradScale} as the fused kernels take it, on the device of the parameters.
  struct FusedScale {
    std::optional<at::Tensor> scale;
    std::optional<at::Tensor> found_inf;
  };
  /// A sparse gradient comes in a list of its own.
  virtual void update_lists(const ParamGroup& group, Lists& lists) = 0;
  /// Dense floating-point parameters on one device; gradients lie in memory as their parameters do.
  virtual void update_fused(const ParamGroup&, Batch&, const FusedScale&) {}

  void update(const ParamGroup& group, Batch& batch) final;

  /// The state of that name for each parameter, zeros at first.
  std::vector<at::Tensor> states(const Lists& lists, std::string_view name);
  /// As {@link states}, for fused kernels: laid out exactly as the parameters.
  std::vector<at::Tensor> flat_states(const Batch& batch, std::string_view name);
  /// Increments the step counters, and gives their values.
  std::vector<double> advance(const Lists& lists);
  /// As {@link advance}, for fused kernels: float32 counters on the parameters' device. They stay
  /// as they are if the step is going to do nothing.
  std::vector<at::Tensor> flat_steps(const Batch& batch, const FusedScale& scaling);
  /// The step counter of a parameter, made at first use.
  at::Tensor step_of(const at::Tensor& parameter);

  /// Weight decay: from the weights themselves if `decoupled`, else into the gradients.
  void decay(const ParamGroup& group, Lists& lists, bool decoupled = false) const;
  /// tensors ← tensors · factor. Python's `tensor.mul_(number)`, its for-loop on the CPU, takes the
  /// number as it is; libtorch's operators on scalars round it to a low precision first.
  static void multiply_(const ParamGroup& group, at::TensorList tensors, const at::Scalar& factor);

  const std::string& name() const { return name_; }

 private:
  void split_fused(const ParamGroup& group, Batch& batch, Batch& fused) const;
  void update_range(const ParamGroup& group, const Batch& batch, size_t begin, size_t end);

  std::string name_;
  Traits traits_;
};

/// A scalar for each parameter, from its step.
template <typename F>
std::vector<at::Scalar> scalars(const std::vector<double>& steps, F&& of_step) {
  std::vector<at::Scalar> result;
  result.reserve(steps.size());
  for (const double step : steps) result.emplace_back(of_step(step));
  return result;
}

}  // namespace node_libtorch
