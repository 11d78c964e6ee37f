// torch.optim.RMSprop (Hinton 2012; centered: Graves 2013).
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_sqrt.h>

#include "optim/kinds.h"
#include "optim/list_optimizer.h"

namespace node_libtorch {
namespace {

/// State: step, square_avg, with momentum momentum_buffer, if centered grad_avg.
class RmsProp final : public ListOptimizer {
 public:
  RmsProp() : ListOptimizer("RMSprop", {.complex_decay = true}) {}

 protected:
  void update_lists(const ParamGroup& group, Lists& lists) override {
    const double alpha = group.at("alpha"), momentum = group.at("momentum"), lr = group.at("lr");
    advance(lists);
    const auto square_avgs = states(lists, "square_avg");
    const auto buffers =
        momentum > 0 ? states(lists, "momentum_buffer") : std::vector<at::Tensor>();
    decay(group, lists);
    multiply_(group, square_avgs, alpha);
    at::_foreach_addcmul_(square_avgs, lists.grads, lists.grads, 1 - alpha);

    std::vector<at::Tensor> averages;
    if (group.flag("centered")) {
      const auto grad_avgs = states(lists, "grad_avg");
      at::_foreach_lerp_(grad_avgs, lists.grads, 1 - alpha);
      averages = at::_foreach_addcmul(square_avgs, grad_avgs, grad_avgs, -1);
      at::_foreach_sqrt_(averages);
    } else {
      averages = at::_foreach_sqrt(square_avgs);
    }
    at::_foreach_add_(averages, group.at("eps"));

    if (momentum > 0) {
      multiply_(group, buffers, momentum);
      at::_foreach_addcdiv_(buffers, lists.grads, averages);
      at::_foreach_add_(lists.params, buffers, -lr);
    } else {
      at::_foreach_addcdiv_(lists.params, lists.grads, averages, -lr);
    }
  }
};

}  // namespace

OptimizerPtr make_rmsprop() { return std::make_shared<RmsProp>(); }

}  // namespace node_libtorch
