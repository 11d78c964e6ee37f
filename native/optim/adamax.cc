// torch.optim.Adamax: Adam with the infinity norm (Kingma and Ba 2015, section 7.1).
#include <ATen/ops/_foreach_abs.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_maximum.h>

#include <cmath>

#include "optim/kinds.h"
#include "optim/list_optimizer.h"

namespace node_libtorch {
namespace {

/// State: step, exp_avg, exp_inf.
class Adamax final : public ListOptimizer {
 public:
  Adamax() : ListOptimizer("Adamax", {.complex_decay = true}) {}

 protected:
  void update_lists(const ParamGroup& group, Lists& lists) override {
    const double beta1 = group.at("beta1"), lr = group.at("lr");
    const auto steps = advance(lists);
    const auto exp_avgs = states(lists, "exp_avg");
    const auto exp_infs = states(lists, "exp_inf");
    decay(group, lists);
    at::_foreach_lerp_(exp_avgs, lists.grads, 1 - beta1);
    auto sizes = at::_foreach_abs(lists.grads);
    at::_foreach_add_(sizes, group.at("eps"));
    multiply_(group, exp_infs, group.at("beta2"));
    at::_foreach_maximum_(exp_infs, sizes);
    at::_foreach_addcdiv_(lists.params, exp_avgs, exp_infs, scalars(steps, [=](double step) {
                            return -(lr / (1 - std::pow(beta1, step)));
                          }));
  }
};

}  // namespace

OptimizerPtr make_adamax() { return std::make_shared<Adamax>(); }

}  // namespace node_libtorch
