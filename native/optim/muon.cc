// torch.optim.Muon: momentum with orthogonalized updates of matrices (Jordan et al. 2024).
#include <ATen/ops/addmm.h>

#include <algorithm>
#include <cmath>

#include "napi/call.h"
#include "optim/kinds.h"
#include "optim/list_optimizer.h"

namespace node_libtorch {
namespace {

/// The nearest orthogonal matrix, roughly, by a quintic Newton-Schulz iteration in bfloat16: its
/// coefficients make it fast, and leave singular values between about 0.5 and 1.5.
at::Tensor orthogonalized(const ParamGroup& group, const at::Tensor& matrix) {
  const bool is_tall = matrix.size(0) > matrix.size(1);
  at::Tensor x = matrix.to(at::kBFloat16, /*non_blocking=*/false, /*copy=*/true);
  if (is_tall) x = x.t();
  x.div_(x.norm().clamp_min(group.at("eps")));
  const double a = group.at("ns_a"), b = group.at("ns_b"), c = group.at("ns_c");
  const auto count = static_cast<int64_t>(group.at("ns_steps"));
  for (int64_t i = 0; i < count; ++i) {
    const at::Tensor gram = x.mm(x.t());
    x = at::addmm(x, at::addmm(gram, gram, gram, b, c), x, a);
  }
  return is_tall ? x.t() : x;
}

/// State: momentum_buffer.
class Muon final : public ListOptimizer {
 public:
  Muon() : ListOptimizer("Muon", {.takes_complex = false}) {}

 protected:
  void begin(const ParamGroup& group) override {
    for (const auto& parameter : group.params) {
      if (parameter.dim() != 2) {
        throw ArgumentError("Muon: expected parameters of two dimensions, got one of " +
                            std::to_string(parameter.dim()));
      }
    }
  }

  void update_lists(const ParamGroup& group, Lists& lists) override {
    const double momentum = group.at("momentum"), lr = group.at("lr");
    const auto buffers = states(lists, "momentum_buffer");
    for (size_t i = 0; i < lists.keys.size(); ++i) {
      const at::Tensor &param = lists.params[i], &grad = lists.grads[i], &buffer = buffers[i];
      buffer.lerp_(grad, 1 - momentum);
      const at::Tensor update =
          orthogonalized(group, group.flag("nesterov") ? grad.lerp(buffer, momentum) : buffer);
      param.mul_(1 - lr * group.at("weight_decay"));
      param.add_(update, -lr * factor(group, param));
    }
  }

 private:
  /// How the learning rate follows the shape of the matrix: None and `original` (0), or
  /// `match_rms_adamw` (1).
  static double factor(const ParamGroup& group, const at::Tensor& param) {
    const auto rows = static_cast<double>(param.size(0)),
               columns = static_cast<double>(param.size(1));
    if (group.optional("adjust_lr_fn").value_or(0) == 1) {
      return 0.2 * std::sqrt(std::max(rows, columns));
    }
    return std::sqrt(std::max(1.0, rows / columns));
  }
};

}  // namespace

OptimizerPtr make_muon() { return std::make_shared<Muon>(); }

}  // namespace node_libtorch
