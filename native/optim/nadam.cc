// torch.optim.NAdam: Adam with Nesterov momentum (Dozat 2016).
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_div.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_sqrt.h>
#include <ATen/ops/ones.h>

#include <cmath>

#include "optim/kinds.h"
#include "optim/list_optimizer.h"

namespace node_libtorch {
namespace {

/// State: step, mu_product (the product of the momenta so far), exp_avg, exp_avg_sq.
class NAdam final : public ListOptimizer {
 public:
  NAdam() : ListOptimizer("NAdam", {}) {}

 protected:
  void update_lists(const ParamGroup& group, Lists& lists) override {
    const double beta1 = group.at("beta1"), beta2 = group.at("beta2"), lr = group.at("lr");
    const double momentum_decay = group.at("momentum_decay");
    const auto mu = [=](double step) {
      return beta1 * (1.0 - 0.5 * std::pow(0.96, step * momentum_decay));
    };
    const auto steps = advance(lists);
    std::vector<at::Scalar> of_grad, of_average;
    for (size_t i = 0; i < steps.size(); ++i) {
      const double product = multiply(lists.keys[i], mu(steps[i]));
      const double next = mu(steps[i] + 1);
      of_grad.emplace_back(-lr * (1.0 - mu(steps[i])) / (1.0 - product));
      of_average.emplace_back((-lr * next) / (1.0 - product * next));
    }
    const auto exp_avgs = states(lists, "exp_avg");
    const auto exp_avg_sqs = states(lists, "exp_avg_sq");
    decay(group, lists, group.flag("decoupled_weight_decay"));
    at::_foreach_lerp_(exp_avgs, lists.grads, 1 - beta1);
    multiply_(group, exp_avg_sqs, beta2);
    at::_foreach_addcmul_(exp_avg_sqs, lists.grads, lists.grads, 1 - beta2);
    auto denominators = at::_foreach_div(
        exp_avg_sqs, scalars(steps, [=](double step) { return 1 - std::pow(beta2, step); }));
    at::_foreach_sqrt_(denominators);
    at::_foreach_add_(denominators, group.at("eps"));
    at::_foreach_addcdiv_(lists.params, lists.grads, denominators, of_grad);
    at::_foreach_addcdiv_(lists.params, exp_avgs, denominators, of_average);
  }

 private:
  /// Takes the momentum of this step into the parameter's product, and gives that. The product is a
  /// tensor as the step is, so it is rounded to the tensor's dtype.
  double multiply(const at::Tensor& parameter, double mu) {
    at::Tensor& product = state_of(parameter)["mu_product"];
    if (!product.defined()) product = at::ones({}, step_of(parameter).options());
    return state_of(parameter)["mu_product"].mul_(mu).item<double>();
  }
};

}  // namespace

OptimizerPtr make_nadam() { return std::make_shared<NAdam>(); }

}  // namespace node_libtorch
