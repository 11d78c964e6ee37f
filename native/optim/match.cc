#include "optim/match.h"

#include <ATen/ops/empty_like.h>

namespace node_libtorch {
namespace {

void check_shape(std::string_view optimizer, std::string_view what, const at::Tensor& tensor,
                 const at::Tensor& parameter) {
  TORCH_CHECK(tensor.sizes() == parameter.sizes(), optimizer, ": the ", what, " has shape ",
              tensor.sizes(), ", its parameter ", parameter.sizes());
}

bool same_kind(const at::Tensor& tensor, const at::Tensor& parameter) {
  return tensor.scalar_type() == parameter.scalar_type() && tensor.device() == parameter.device();
}

}  // namespace

bool fusible(const at::Tensor& parameter) {
  return parameter.layout() == at::kStrided && parameter.is_floating_point() &&
         parameter.is_non_overlapping_and_dense() &&
         (parameter.is_cpu() || parameter.is_cuda() || parameter.is_mps());
}

at::Tensor on_device(const at::Tensor& tensor, at::Device device) {
  return tensor.to(device, /*non_blocking=*/!device.is_cpu());
}

at::Tensor like_parameter(std::string_view optimizer, std::string_view what,
                          const at::Tensor& tensor, const at::Tensor& parameter) {
  check_shape(optimizer, what, tensor, parameter);
  if (same_kind(tensor, parameter)) return tensor;
  return tensor.to(parameter.device(), parameter.scalar_type());
}

at::Tensor flat_like_parameter(std::string_view optimizer, std::string_view what,
                               const at::Tensor& tensor, const at::Tensor& parameter) {
  check_shape(optimizer, what, tensor, parameter);
  if (tensor.layout() == at::kStrided && tensor.strides() == parameter.strides() &&
      same_kind(tensor, parameter)) {
    return tensor;
  }
  at::Tensor copy = at::empty_like(parameter);
  copy.copy_(tensor.layout() == at::kStrided ? tensor : tensor.to_dense());
  return copy;
}

}  // namespace node_libtorch
