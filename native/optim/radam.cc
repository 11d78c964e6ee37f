// torch.optim.RAdam: Adam with a rectified variance (Liu et al. 2020).
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_div.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_reciprocal.h>
#include <ATen/ops/_foreach_sqrt.h>

#include <cmath>

#include "optim/kinds.h"
#include "optim/list_optimizer.h"

namespace node_libtorch {
namespace {

/// State: step, exp_avg, exp_avg_sq.
class RAdam final : public ListOptimizer {
 public:
  RAdam() : ListOptimizer("RAdam", {}) {}

 protected:
  void update_lists(const ParamGroup& group, Lists& lists) override {
    const double beta1 = group.at("beta1"), beta2 = group.at("beta2");
    const auto steps = advance(lists);
    const auto exp_avgs = states(lists, "exp_avg");
    const auto exp_avg_sqs = states(lists, "exp_avg_sq");
    decay(group, lists, group.flag("decoupled_weight_decay"));
    at::_foreach_lerp_(exp_avgs, lists.grads, 1 - beta1);
    multiply_(group, exp_avg_sqs, beta2);
    at::_foreach_addcmul_(exp_avg_sqs, lists.grads, lists.grads, 1 - beta2);
    auto updates = at::_foreach_div(
        exp_avgs, scalars(steps, [=](double step) { return 1 - std::pow(beta1, step); }));
    multiply_(group, updates, group.at("lr"));
    rectify(group, steps, exp_avg_sqs, updates);
    at::_foreach_add_(lists.params, updates, -1);
  }

 private:
  /// Adapts the updates of those parameters whose variance is tractable by now.
  static void rectify(const ParamGroup& group, const std::vector<double>& steps,
                      const std::vector<at::Tensor>& exp_avg_sqs,
                      const std::vector<at::Tensor>& updates) {
    const double beta2 = group.at("beta2");
    const double rho_inf = 2 / (1 - beta2) - 1;
    std::vector<at::Tensor> squares, chosen;
    std::vector<at::Scalar> corrections, rects;
    for (size_t i = 0; i < steps.size(); ++i) {
      const double power = std::pow(beta2, steps[i]);
      const double rho = rho_inf - 2 * steps[i] * power / (1 - power);
      if (rho <= 5.0) continue;
      squares.push_back(exp_avg_sqs[i]);
      chosen.push_back(updates[i]);
      corrections.emplace_back(std::pow(1 - power, 0.5));
      rects.emplace_back(
          std::pow((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho), 0.5));
    }
    if (chosen.empty()) return;
    auto factors = at::_foreach_sqrt(squares);
    at::_foreach_add_(factors, group.at("eps"));
    at::_foreach_reciprocal_(factors);
    for (size_t i = 0; i < factors.size(); ++i) multiply_(group, factors[i], corrections[i]);
    at::_foreach_mul_(chosen, factors);
    for (size_t i = 0; i < chosen.size(); ++i) multiply_(group, chosen[i], rects[i]);
  }
};

}  // namespace

OptimizerPtr make_radam() { return std::make_shared<RAdam>(); }

}  // namespace node_libtorch
