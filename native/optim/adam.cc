// torch.optim.Adam and AdamW (Kingma and Ba 2015, Loshchilov and Hutter 2019).
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_div.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_maximum.h>
#include <ATen/ops/_foreach_sqrt.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>

#include <cmath>

#include "optim/kinds.h"
#include "optim/list_optimizer.h"

namespace node_libtorch {
namespace {

/// State: step, exp_avg, exp_avg_sq, with amsgrad max_exp_avg_sq.
class Adam final : public ListOptimizer {
 public:
  explicit Adam(const char* name)
      : ListOptimizer(name, {.complex_decay = true, .has_fused = true}) {}

 protected:
  void update_lists(const ParamGroup& group, Lists& lists) override {
    const double beta1 = group.at("beta1"), beta2 = group.at("beta2"), lr = group.at("lr");
    const auto steps = advance(lists);
    const auto exp_avgs = states(lists, "exp_avg");
    const auto exp_avg_sqs = states(lists, "exp_avg_sq");
    decay(group, lists, group.flag("decoupled_weight_decay"));
    at::_foreach_lerp_(exp_avgs, lists.grads, 1 - beta1);
    multiply_(group, exp_avg_sqs, beta2);
    at::_foreach_addcmul_(exp_avg_sqs, lists.grads, lists.grads, 1 - beta2);

    std::vector<at::Tensor> denominators;
    if (group.flag("amsgrad")) {
      const auto largest = states(lists, "max_exp_avg_sq");
      at::_foreach_maximum_(largest, exp_avg_sqs);
      denominators = at::_foreach_sqrt(largest);
    } else {
      denominators = at::_foreach_sqrt(exp_avg_sqs);
    }
    at::_foreach_div_(denominators, scalars(steps, [=](double step) {
                        return std::pow(1 - std::pow(beta2, step), 0.5);
                      }));
    at::_foreach_add_(denominators, group.at("eps"));
    at::_foreach_addcdiv_(lists.params, exp_avgs, denominators, scalars(steps, [=](double step) {
                            return -(lr / (1 - std::pow(beta1, step)));
                          }));
  }

  void update_fused(const ParamGroup& group, Batch& batch, const FusedScale& scaling) override {
    const bool amsgrad = group.flag("amsgrad");
    const auto steps = flat_steps(batch, scaling);
    const auto exp_avgs = flat_states(batch, "exp_avg");
    const auto exp_avg_sqs = flat_states(batch, "exp_avg_sq");
    const auto largest = amsgrad ? flat_states(batch, "max_exp_avg_sq") : std::vector<at::Tensor>();
    const auto kernel = [&](auto&& run) {
      run(batch.params, batch.grads, exp_avgs, exp_avg_sqs, largest, steps, group.at("lr"),
          group.at("beta1"), group.at("beta2"), group.at("weight_decay"), group.at("eps"), amsgrad,
          group.flag("maximize"), scaling.scale, scaling.found_inf);
    };
    if (group.flag("decoupled_weight_decay")) {
      kernel([](auto&&... arguments) { at::_fused_adamw_(arguments...); });
    } else {
      kernel([](auto&&... arguments) { at::_fused_adam_(arguments...); });
    }
  }
};

}  // namespace

OptimizerPtr make_adam() { return std::make_shared<Adam>("Adam"); }
OptimizerPtr make_adamw() { return std::make_shared<Adam>("AdamW"); }

}  // namespace node_libtorch
