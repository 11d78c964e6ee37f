// torch.optim.Adafactor: second moments factored into rows and columns (Shazeer and Stern 2018).
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "optim/kinds.h"
#include "optim/list_optimizer.h"

namespace node_libtorch {
namespace {

double norm(const at::Tensor& tensor) { return at::linalg_vector_norm(tensor, 2).item<double>(); }

double root_of_count(const at::Tensor& tensor) {
  return std::pow(static_cast<double>(tensor.numel()), 0.5);
}

double machine_epsilon(at::ScalarType dtype) {
  switch (dtype) {
    case at::kDouble:
      return std::numeric_limits<double>::epsilon();
    case at::kHalf:
      return std::numeric_limits<c10::Half>::epsilon();
    case at::kBFloat16:
      return std::numeric_limits<c10::BFloat16>::epsilon();
    default:
      return std::numeric_limits<float>::epsilon();
  }
}

/// State: step, and of matrices row_var and col_var, of vectors variance.
class Adafactor final : public ListOptimizer {
 public:
  Adafactor() : ListOptimizer("Adafactor", {.takes_complex = false}) {}

 protected:
  void update_lists(const ParamGroup& group, Lists& lists) override {
    const auto steps = advance(lists);
    for (size_t i = 0; i < steps.size(); ++i) {
      update_one(group, steps[i], lists.params[i], lists.grads[i]);
    }
  }

 private:
  void update_one(const ParamGroup& group, double step, const at::Tensor& param,
                  const at::Tensor& grad) {
    const double lr = group.at("lr"), weight_decay = group.at("weight_decay");
    const double eps1 = group.optional("eps1").value_or(machine_epsilon(param.scalar_type()));
    const double weight = std::pow(step, group.at("beta2_decay"));
    const double rate = std::max(group.at("eps2"), norm(param) / root_of_count(param)) *
                        std::min(lr, 1 / std::pow(step, 0.5));
    if (weight_decay != 0) param.mul_(1 - lr * weight_decay);
    const at::Tensor update = variance(param, grad, weight, eps1).clamp_min_(eps1 * eps1).rsqrt_();
    update.mul_(grad);
    const double clip = std::max(1.0, norm(update) / (root_of_count(update) * group.at("d")));
    param.add_(update, -rate / clip);
  }

  /// The estimate of the squared gradient, as a tensor of its own.
  at::Tensor variance(const at::Tensor& param, const at::Tensor& grad, double weight, double eps1) {
    if (grad.dim() < 2) {
      const at::Tensor variance = average(param, "variance", grad.sizes(), grad);
      variance.lerp_(grad.mul(grad), weight);
      return variance.clone();
    }
    const auto along = [&](const char* name, int64_t dim) {
      const at::Tensor mean =
          at::linalg_vector_norm(grad, 2, dim, /*keepdim=*/true).square_().div_(grad.size(dim));
      const at::Tensor factor = average(param, name, mean.sizes(), grad);
      factor.lerp_(mean, weight);
      return factor;
    };
    const at::Tensor rows = along("row_var", -1);
    const at::Tensor columns = along("col_var", -2);
    return rows.matmul(columns).div_(rows.mean(-2, /*keepdim=*/true).clamp_min_(eps1));
  }

  at::Tensor average(const at::Tensor& param, const char* name, at::IntArrayRef sizes,
                     const at::Tensor& like) {
    at::Tensor& state = state_of(param)[name];
    if (!state.defined()) state = at::zeros(sizes, like.options());
    TORCH_CHECK(state.sizes() == sizes, this->name(), ": the ", name, " has shape ", state.sizes(),
                ", expected ", sizes);
    state = state.to(like.device(), like.scalar_type());
    return state;
  }
};

}  // namespace

OptimizerPtr make_adafactor() { return std::make_shared<Adafactor>(); }

}  // namespace node_libtorch
