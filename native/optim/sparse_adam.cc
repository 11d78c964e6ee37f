// torch.optim.SparseAdam: Adam that leaves rows without gradient alone.
#include <ATen/ops/_sparse_coo_tensor_unsafe.h>

#include <cmath>

#include "napi/call.h"
#include "optim/kinds.h"
#include "optim/list_optimizer.h"

namespace node_libtorch {
namespace {

/// State: step, exp_avg, exp_avg_sq.
class SparseAdam final : public ListOptimizer {
 public:
  SparseAdam() : ListOptimizer("SparseAdam", {.takes_sparse = true, .takes_complex = false}) {}

 protected:
  void begin(const ParamGroup& group) override {
    for (const auto& parameter : group.params) {
      if (parameter.layout() != at::kStrided || parameter.is_complex()) {
        throw ArgumentError("SparseAdam: expected dense real parameters");
      }
    }
  }

  void update_lists(const ParamGroup& group, Lists& lists) override {
    for (const auto& grad : lists.grads) {
      TORCH_CHECK(grad.is_sparse(), name(), ": does not support dense gradients; Adam does");
    }
    const double step = advance(lists).front();
    const at::Tensor exp_avg = states(lists, "exp_avg").front();
    const at::Tensor exp_avg_sq = states(lists, "exp_avg_sq").front();
    // Coalesced: the update is not linear, so each row must be there once.
    const at::Tensor grad = lists.grads.front().coalesce();
    const at::Tensor values = grad._values();
    if (values.numel() == 0) return;
    const auto with_values = [&](const at::Tensor& replaced) {
      return at::_sparse_coo_tensor_unsafe(grad._indices(), replaced, grad.sizes());
    };
    // Adds (1 − beta)·(new − old) to an average, and gives its new values.
    const auto blend = [&](const at::Tensor& average, const at::Tensor& fresh, double beta) {
      const at::Tensor old = average.sparse_mask(grad)._values();
      const at::Tensor change = fresh.sub(old);
      multiply_(group, change, 1 - beta);
      average.add_(with_values(change));
      return change.add_(old);
    };
    const double beta1 = group.at("beta1"), beta2 = group.at("beta2");
    const at::Tensor numerator = blend(exp_avg, values, beta1);
    const at::Tensor denominator =
        blend(exp_avg_sq, values.pow(2), beta2).sqrt_().add_(group.at("eps"));
    const double rate =
        group.at("lr") * std::sqrt(1 - std::pow(beta2, step)) / (1 - std::pow(beta1, step));
    numerator.div_(denominator);
    multiply_(group, numerator, -rate);
    lists.params.front().add_(with_values(numerator));
  }
};

}  // namespace

OptimizerPtr make_sparse_adam() { return std::make_shared<SparseAdam>(); }

}  // namespace node_libtorch
