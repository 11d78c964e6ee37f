#include "amp/grad_scaling.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_amp_foreach_non_finite_check_and_unscale.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/reciprocal.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "napi/call.h"
#include "optim/match.h"

namespace node_libtorch {
namespace {

/// The gradients of one device, in lists of one dtype.
struct OnDevice {
  at::Device device;
  std::map<at::ScalarType, std::vector<at::Tensor>> by_dtype;
};

/// What is to be divided of a gradient: all of it, or the values of a sparse one.
at::Tensor dense_part(const at::Tensor& parameter) {
  at::Tensor& grad = parameter.mutable_grad();
  if (!grad.is_sparse()) return grad;
  // Values of the same place are added up first: in half precision the sum may overflow.
  if (grad.scalar_type() == at::kHalf) grad = grad.coalesce();
  return grad._values();
}

std::vector<OnDevice> gradients(const Optimizer& optimizer, bool allow_half) {
  std::vector<OnDevice> result;
  for (const auto& group : optimizer.groups()) {
    for (const auto& parameter : group.params) {
      if (!parameter.grad().defined()) continue;
      TORCH_CHECK(allow_half || parameter.grad().scalar_type() != at::kHalf,
                  "gradScaler: cannot unscale float16 gradients: parameters must be float32, which "
                  "autocast leaves them");
      const at::Tensor grad = dense_part(parameter);
      auto place = std::find_if(result.begin(), result.end(), [&](const OnDevice& other) {
        return other.device == grad.device();
      });
      if (place == result.end()) place = result.insert(place, OnDevice{grad.device(), {}});
      place->by_dtype[grad.scalar_type()].push_back(grad);
    }
  }
  return result;
}

/// Multiplies all gradients by `factor`, and says on its device whether one is not finite.
at::Tensor multiply(Optimizer& optimizer, const at::Tensor& factor, bool allow_half) {
  at::NoGradGuard no_grad;
  at::Tensor result;
  for (const auto& [device, by_dtype] : gradients(optimizer, allow_half)) {
    at::Tensor found = at::zeros({}, factor.options().device(device));
    const at::Tensor here = on_device(factor, device);
    for (const auto& [dtype, grads] : by_dtype) {
      at::_amp_foreach_non_finite_check_and_unscale_(grads, found, here);
    }
    found = on_device(found, factor.device());
    result = result.defined() ? at::maximum(result, found) : found;
  }
  TORCH_CHECK(result.defined(), "gradScaler: the optimizer has no gradients: call backward first");
  return result;
}

/// 1 / scale. Divided in double precision, as PyTorch does; MPS has none.
at::Tensor inverse(const at::Tensor& scale) {
  at::NoGradGuard no_grad;
  if (scale.is_mps()) return scale.reciprocal();
  return scale.to(at::kDouble).reciprocal().to(at::kFloat);
}

}  // namespace

at::Tensor unscale_gradients(Optimizer& optimizer, const at::Tensor& scale) {
  return multiply(optimizer, inverse(scale), /*allow_half=*/false);
}

at::Tensor check_gradients(Optimizer& optimizer, const at::Tensor& scale) {
  return multiply(optimizer, at::ones_like(scale), /*allow_half=*/true);
}

at::Tensor scaled_step(Optimizer& optimizer, const at::Tensor& scale) {
  if (optimizer.takes_grad_scale()) {
    at::Tensor found = check_gradients(optimizer, scale);
    optimizer.step({scale, found});
    return found;
  }
  at::Tensor found = unscale_gradients(optimizer, scale);
  if (found.item<float>() == 0) optimizer.step();
  return found;
}

const at::Tensor& scale_of(const Call& call, size_t i) {
  const at::Tensor& scale = call.tensor(i, "scale");
  if (scale.scalar_type() != at::kFloat || scale.numel() != 1) {
    call.refuse(i, "scale", "a float32 tensor of one element");
  }
  return scale;
}

namespace {

Optimizer& optimizer_of(const Call& call) { return *call.handle<OptimizerPtr>(0, "optimizer"); }

/// takesGradScale(optimizer)
napi_value takes_grad_scale(Call& call) {
  return call.boolean_value(optimizer_of(call).takes_grad_scale());
}

/// unscaleGradients(optimizer, scale) → found_inf
napi_value unscale(Call& call) {
  const at::Tensor& scale = scale_of(call, 1);
  return call.tensor_value(unscale_gradients(optimizer_of(call), scale));
}

/// checkGradients(optimizer, scale) → found_inf
napi_value check(Call& call) {
  const at::Tensor& scale = scale_of(call, 1);
  return call.tensor_value(check_gradients(optimizer_of(call), scale));
}

constexpr Export kExports[] = {
    {"takesGradScale", takes_grad_scale},
    {"unscaleGradients", unscale},
    {"checkGradients", check},
};

}  // namespace

void export_amp(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
