// torch.optim.Adadelta (Zeiler 2012).
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_div.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_sqrt.h>

#include "optim/kinds.h"
#include "optim/list_optimizer.h"

namespace node_libtorch {
namespace {

/// State: step, square_avg, acc_delta.
class Adadelta final : public ListOptimizer {
 public:
  Adadelta() : ListOptimizer("Adadelta", {.complex_decay = true}) {}

 protected:
  void update_lists(const ParamGroup& group, Lists& lists) override {
    const double rho = group.at("rho"), eps = group.at("eps");
    advance(lists);
    const auto square_avgs = states(lists, "square_avg");
    const auto acc_deltas = states(lists, "acc_delta");
    decay(group, lists);
    multiply_(group, square_avgs, rho);
    at::_foreach_addcmul_(square_avgs, lists.grads, lists.grads, 1 - rho);
    auto roots = at::_foreach_add(square_avgs, eps);
    at::_foreach_sqrt_(roots);
    auto deltas = at::_foreach_add(acc_deltas, eps);
    at::_foreach_sqrt_(deltas);
    at::_foreach_div_(deltas, roots);
    at::_foreach_mul_(deltas, lists.grads);
    multiply_(group, acc_deltas, rho);
    at::_foreach_addcmul_(acc_deltas, deltas, deltas, 1 - rho);
    at::_foreach_add_(lists.params, deltas, -group.at("lr"));
  }
};

}  // namespace

OptimizerPtr make_adadelta() { return std::make_shared<Adadelta>(); }

}  // namespace node_libtorch
