// torch.optim.ASGD: averaged stochastic gradient descent (Polyak and Juditsky 1992).
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/scalar_tensor.h>

#include <algorithm>
#include <cmath>

#include "optim/kinds.h"
#include "optim/list_optimizer.h"

namespace node_libtorch {
namespace {

/// State: step, eta (the learning rate now), mu (the weight of the next average), ax (the average).
class Asgd final : public ListOptimizer {
 public:
  Asgd() : ListOptimizer("ASGD", {}) {}

 protected:
  void update_lists(const ParamGroup& group, Lists& lists) override {
    const double lr = group.at("lr"), lambd = group.at("lambd");
    const auto steps = advance(lists);
    for (size_t i = 0; i < steps.size(); ++i) {
      State& state = state_of(lists.keys[i]);
      const auto options = state["step"].options();
      if (!state["eta"].defined()) state["eta"] = at::full({}, lr, options);
      if (!state["mu"].defined()) state["mu"] = at::ones({}, options);
    }
    const auto averages = states(lists, "ax");
    decay(group, lists);
    // Rates differ by parameter, and additions take no list of factors: one parameter at a time.
    for (size_t i = 0; i < steps.size(); ++i) {
      State& state = state_of(lists.keys[i]);
      const at::Tensor eta = state["eta"], mu = state["mu"];
      const at::Tensor &param = lists.params[i], &average = averages[i];
      const double rate = eta.item<double>();
      multiply_(group, param, 1 - lambd * rate);
      param.add_(lists.grads[i], -rate);
      if (const double weight = mu.item<double>(); weight != 1) {
        // As a double, the weight would enter with other bits than as a tensor of the state's
        // dtype.
        average.add_(param.sub(average).mul_(mu));
      } else {
        average.copy_(param);
      }
      // By way of the default dtype, as in PyTorch: a loaded state may have a finer one.
      eta.copy_(at::scalar_tensor(lr / std::pow(1 + lambd * lr * steps[i], group.at("alpha"))));
      mu.copy_(at::scalar_tensor(1 / std::max(1.0, steps[i] - group.at("t0"))));
    }
  }
};

}  // namespace

OptimizerPtr make_asgd() { return std::make_shared<Asgd>(); }

}  // namespace node_libtorch
