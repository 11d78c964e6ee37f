#include "optim/clip_grad.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_clamp_max.h>
#include <ATen/ops/_foreach_clamp_min.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

namespace node_libtorch {
namespace {

/// Lists of one device and dtype, in the order of their first gradient: `_foreach_*` kernels want
/// that.
std::vector<std::vector<at::Tensor>> by_kind(const std::vector<at::Tensor>& grads) {
  std::vector<std::vector<at::Tensor>> result;
  for (const auto& grad : grads) {
    const auto found = std::find_if(result.begin(), result.end(), [&](const auto& list) {
      return list.front().device() == grad.device() && list.front().dtype() == grad.dtype();
    });
    (found == result.end() ? result.emplace_back() : *found).push_back(grad);
  }
  return result;
}

}  // namespace

at::Tensor total_norm(const std::vector<at::Tensor>& tensors, double norm_type) {
  at::NoGradGuard no_grad;
  if (tensors.empty()) return at::zeros({});
  const at::Device device = tensors.front().device();
  std::vector<at::Tensor> norms;
  for (const auto& list : by_kind(tensors)) {
    for (const auto& norm : at::_foreach_norm(list, norm_type)) norms.push_back(norm.to(device));
  }
  return at::linalg_vector_norm(at::stack(norms), norm_type);
}

void clip_grads_with_norm(const std::vector<at::Tensor>& grads, const at::Tensor& total,
                          double max_norm) {
  at::NoGradGuard no_grad;
  // Multiplying by 1 where nothing is to be clipped costs less than asking the device about it.
  // (A number over a tensor is the number times the reciprocal, as in Python.)
  const at::Tensor factor = total.add(1e-6).reciprocal().mul(max_norm).clamp_max_(1.0);
  for (const auto& list : by_kind(grads)) {
    at::_foreach_mul_(list, factor.to(list.front().device()));
  }
}

void clip_grad_value(const std::vector<at::Tensor>& grads, double value) {
  at::NoGradGuard no_grad;
  for (const auto& list : by_kind(grads)) {
    at::_foreach_clamp_min_(list, -value);
    at::_foreach_clamp_max_(list, value);
  }
}

}  // namespace node_libtorch
