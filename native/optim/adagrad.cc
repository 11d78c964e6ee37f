// torch.optim.Adagrad (Duchi, Hazan and Singer 2011).
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_sqrt.h>
#include <ATen/ops/_fused_adagrad.h>
#include <ATen/ops/_sparse_coo_tensor_unsafe.h>
#include <ATen/ops/full_like.h>

#include "optim/kinds.h"
#include "optim/list_optimizer.h"

namespace node_libtorch {
namespace {

/// State, from the beginning: step, sum.
class Adagrad final : public ListOptimizer {
 public:
  Adagrad()
      : ListOptimizer("Adagrad", {.takes_sparse = true, .complex_decay = true, .has_fused = true}) {
  }

 protected:
  void begin(const ParamGroup& group) override {
    for (const auto& parameter : group.params) make_state(group, parameter);
  }

  void update_lists(const ParamGroup& group, Lists& lists) override {
    for (const auto& parameter : lists.keys) make_state(group, parameter);
    const auto steps = advance(lists);
    const auto sums = states(lists, "sum");
    const auto rates = scalars(steps, [&](double step) {
      return -(group.at("lr") / (1 + (step - 1) * group.at("lr_decay")));
    });
    if (lists.grads.front().is_sparse()) {
      update_sparse(group, lists.keys.front(), lists.grads.front().coalesce(),
                    state_of(lists.keys.front())["sum"], rates.front());
      return;
    }
    decay(group, lists);
    at::_foreach_addcmul_(sums, lists.grads, lists.grads, 1);
    auto roots = at::_foreach_sqrt(sums);
    at::_foreach_add_(roots, group.at("eps"));
    at::_foreach_addcdiv_(lists.params, lists.grads, roots, rates);
  }

  void update_fused(const ParamGroup& group, Batch& batch, const FusedScale& scaling) override {
    for (const auto& parameter : batch.params) make_state(group, parameter);
    const auto steps = flat_steps(batch, scaling);
    at::_fused_adagrad_(batch.params, batch.grads, flat_states(batch, "sum"), steps, group.at("lr"),
                        group.at("lr_decay"), group.at("weight_decay"), group.at("eps"),
                        group.flag("maximize"), scaling.scale, scaling.found_inf);
  }

 private:
  void make_state(const ParamGroup& group, const at::Tensor& parameter) {
    step_of(parameter);
    at::Tensor& sum = state_of(parameter)["sum"];
    if (sum.defined()) return;
    const double value = group.at("initial_accumulator_value");
    sum = at::full_like(parameter, parameter.is_complex() ? at::Scalar(c10::complex(value, value))
                                                          : at::Scalar(value));
  }

  /// Only the rows that have a gradient change.
  void update_sparse(const ParamGroup& group, const at::Tensor& parameter, const at::Tensor& grad,
                     const at::Tensor& sum, const at::Scalar& rate) {
    TORCH_CHECK(group.at("weight_decay") == 0, name(),
                ": weight decay does not go with sparse gradients");
    const at::Tensor indices = grad._indices(), values = grad._values();
    const auto with_values = [&](const at::Tensor& replaced) {
      return at::_sparse_coo_tensor_unsafe(indices, replaced, grad.sizes());
    };
    sum.add_(with_values(values.pow(2)));
    const at::Tensor roots = sum.sparse_mask(grad)._values().sqrt_().add_(group.at("eps"));
    parameter.add_(with_values(values.div(roots)), rate);
  }
};

}  // namespace

OptimizerPtr make_adagrad() { return std::make_shared<Adagrad>(); }

}  // namespace node_libtorch
