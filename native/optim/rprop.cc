// torch.optim.Rprop: resilient backpropagation (Riedmiller and Braun 1993).
#include <ATen/ops/full_like.h>

#include "optim/kinds.h"
#include "optim/list_optimizer.h"

namespace node_libtorch {
namespace {

/// State: step, prev (the last gradient), step_size.
class Rprop final : public ListOptimizer {
 public:
  Rprop() : ListOptimizer("Rprop", {}) {}

 protected:
  void update_lists(const ParamGroup& group, Lists& lists) override {
    const double shrink = group.at("etaminus"), grow = group.at("etaplus");
    advance(lists);
    const auto previous = states(lists, "prev");
    for (const auto& parameter : lists.keys) {
      at::Tensor& size = state_of(parameter)["step_size"];
      if (!size.defined()) size = initial_size(parameter, group.at("lr"));
    }
    const auto sizes = states(lists, "step_size");
    for (size_t i = 0; i < lists.keys.size(); ++i) {
      at::Tensor grad = lists.grads[i];
      const at::Tensor sign = grad.mul(previous[i]).sign();
      const at::Tensor turned = sign.lt(0);
      const at::Tensor factor = sign.masked_fill(sign.gt(0), grow)
                                    .masked_fill_(turned, shrink)
                                    .masked_fill_(sign.eq(0), 1);
      sizes[i].mul_(factor).clamp_(group.at("step_size_min"), group.at("step_size_max"));
      // After a change of sign the weight stays, and the next step counts as the first.
      grad = grad.masked_fill(turned, 0);
      lists.params[i].addcmul_(grad.sign(), sizes[i], -1);
      previous[i].copy_(grad);
    }
  }

 private:
  static at::Tensor initial_size(const at::Tensor& parameter, double lr) {
    return at::full_like(
        parameter, parameter.is_complex() ? at::Scalar(c10::complex(lr, lr)) : at::Scalar(lr));
  }
};

}  // namespace

OptimizerPtr make_rprop() { return std::make_shared<Rprop>(); }

}  // namespace node_libtorch
