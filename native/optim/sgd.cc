#include "optim/sgd.h"

#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/empty_like.h>

namespace node_libtorch {
namespace {

constexpr const char* kBuffer = "momentum_buffer";

/// The fused kernel walks parameter, gradient and buffer as flat memory, so all must agree. Usually
/// they do; set_(), a gradient set by hand, a loaded state or a change of dtype can part them.
at::Tensor like_parameter(const char* what, const at::Tensor& tensor, const at::Tensor& parameter) {
  TORCH_CHECK(tensor.sizes() == parameter.sizes(), "SGD: the ", what, " has shape ", tensor.sizes(),
              ", its parameter ", parameter.sizes());
  if (tensor.layout() == at::kStrided && tensor.strides() == parameter.strides() &&
      tensor.scalar_type() == parameter.scalar_type() && tensor.device() == parameter.device()) {
    return tensor;
  }
  at::Tensor copy = at::empty_like(parameter);
  copy.copy_(tensor.layout() == at::kStrided ? tensor : tensor.to_dense());
  return copy;
}

bool fusible(const at::Tensor& parameter) {
  return parameter.layout() == at::kStrided && parameter.is_floating_point() &&
         parameter.is_non_overlapping_and_dense() &&
         (parameter.is_cpu() || parameter.is_cuda() || parameter.is_mps());
}

/// The same arithmetic on one parameter, for dtypes and layouts without a fused kernel.
void update_one(const ParamGroup& group, const at::Tensor& parameter, at::Tensor grad,
                at::Tensor& buffer) {
  const double momentum = group.at("momentum");
  if (group.flag("maximize")) grad = grad.neg();
  if (group.at("weight_decay") != 0) grad = grad.add(parameter, group.at("weight_decay"));
  if (momentum != 0) {
    if (!buffer.defined()) {
      buffer = grad.clone().detach();
    } else {
      buffer.mul_(momentum).add_(grad, 1 - group.at("dampening"));
    }
    grad = group.flag("nesterov") ? grad.add(buffer, momentum) : buffer;
  }
  parameter.add_(grad, -group.at("lr"));
}

}  // namespace

void Sgd::update(const ParamGroup& group, Batch& batch) {
  const bool has_momentum = group.at("momentum") != 0;

  // The kernel's is_first_step holds for a whole list, but parameters may get their first gradient
  // late.
  struct List {
    std::vector<at::Tensor> params, grads, buffers;
  };
  List first, later;
  for (size_t i = 0; i < batch.params.size(); ++i) {
    const at::Tensor& parameter = batch.params[i];
    at::Tensor none;
    at::Tensor& buffer = has_momentum ? state_of(parameter)[kBuffer] : none;
    if (!fusible(parameter)) {
      update_one(group, parameter, batch.grads[i], buffer);
      continue;
    }
    const bool is_first = has_momentum && !buffer.defined();
    if (is_first) {
      buffer = at::empty_like(parameter);
    } else if (has_momentum) {
      buffer = like_parameter("momentum buffer", buffer, parameter);
    }
    List& list = is_first ? first : later;
    list.params.push_back(parameter);
    list.grads.push_back(like_parameter("gradient", batch.grads[i], parameter));
    if (has_momentum) list.buffers.push_back(buffer);
  }
  for (List* list : {&first, &later}) {
    if (list->params.empty()) continue;
    at::_fused_sgd_(list->params, list->grads, list->buffers, group.at("weight_decay"),
                    group.at("momentum"), group.at("lr"), group.at("dampening"),
                    group.flag("nesterov"), group.flag("maximize"),
                    /*is_first_step=*/list == &first);
  }
}

}  // namespace node_libtorch
