// Scaling of losses, whose gradients low precisions would else lose: torch.amp.GradScaler's part
// that touches gradients.
#pragma once

#include <ATen/core/Tensor.h>

#include "napi/addon.h"
#include "optim/optimizer.h"

namespace node_libtorch {

/// Divides the optimizer's gradients by `scale`, a float32 tensor of one element. Gives, on the
/// device of `scale`, a float32 tensor: 1 if a gradient is infinite or NaN, else 0. Nobody waits
/// for a device, unless gradients lie on the CPU and `scale` does not, or the other way round.
at::Tensor unscale_gradients(Optimizer& optimizer, const at::Tensor& scale);
/// As {@link unscale_gradients}, but leaves the gradients as they are.
at::Tensor check_gradients(Optimizer& optimizer, const at::Tensor& scale);

/// A step with gradients that are `scale` times too large; none if one of them is infinite or NaN.
/// Waits for the device unless the optimizer's kernels can do all of it. Gives what
/// {@link unscale_gradients} gives, for _amp_update_scale_. May run on any thread.
at::Tensor scaled_step(Optimizer& optimizer, const at::Tensor& scale);

/// Argument i as the scale of gradients.
const at::Tensor& scale_of(const Call& call, size_t i);

void export_amp(Addon& addon, Napi::Object exports);

}  // namespace node_libtorch
