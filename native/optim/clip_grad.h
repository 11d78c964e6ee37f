// Gradient clipping without waiting for the device.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace node_libtorch {

/// The norm of all tensors as one vector, of order `norm_type`.
at::Tensor total_norm(const std::vector<at::Tensor>& tensors, double norm_type);

/// Scales gradients of that total norm, in place, to one of at most `max_norm`.
void clip_grads_with_norm(const std::vector<at::Tensor>& grads, const at::Tensor& total,
                          double max_norm);

/// Clamps gradients in place to [-value, value].
void clip_grad_value(const std::vector<at::Tensor>& grads, double value);

}  // namespace node_libtorch
