// Agreement of gradients and state with their parameter.
#pragma once

#include <ATen/core/Tensor.h>

#include <string_view>

namespace node_libtorch {

/// Whether fused kernels take the parameter.
bool fusible(const at::Tensor& parameter);

/// `tensor` on the device. Waits only for a copy to the CPU, which could else be read too early.
at::Tensor on_device(const at::Tensor& tensor, at::Device device);

/// `tensor` if it has the parameter's dtype and device, else a copy that has; throws if the shapes
/// differ. Usually all agree; set_(), a gradient set by hand, a loaded state or a change of dtype
/// can part them.
at::Tensor like_parameter(std::string_view optimizer, std::string_view what,
                          const at::Tensor& tensor, const at::Tensor& parameter);

/// As {@link like_parameter}, and dense with the parameter's strides too: fused kernels walk
/// parameter, gradient and state as flat memory, and trust their shapes.
at::Tensor flat_like_parameter(std::string_view optimizer, std::string_view what,
                               const at::Tensor& tensor, const at::Tensor& parameter);

}  // namespace node_libtorch
