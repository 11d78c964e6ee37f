// The gradient of a tensor, and whether it gets one.
#include <ATen/core/Tensor.h>

#include "autograd/autograd.h"
#include "napi/call.h"

namespace node_libtorch {
namespace {

/// grad(tensor) → tensor or null
napi_value grad(Call& call) { return call.tensor_value(call.tensor(0, "tensor").grad()); }

/// setGrad(tensor, grad | null)
napi_value set_grad(Call& call) {
  at::Tensor& tensor = call.tensor(0, "tensor");
  if (call.absent(1)) {
    tensor.mutable_grad().reset();
    return call.undefined();
  }
  const at::Tensor& value = call.tensor(1, "grad");
  TORCH_CHECK_VALUE(!value.is_same(tensor), "grad: a tensor cannot be its own gradient");
  TORCH_CHECK_TYPE(value.scalar_type() == tensor.scalar_type(), "grad: expected dtype ",
                   tensor.scalar_type(), ", got ", value.scalar_type());
  TORCH_CHECK_VALUE(value.sizes() == tensor.sizes(), "grad: expected shape ", tensor.sizes(),
                    ", got ", value.sizes());
  TORCH_CHECK_VALUE(value.device() == tensor.device(), "grad: expected device ", tensor.device(),
                    ", got ", value.device());
  tensor.mutable_grad() = value;
  return call.undefined();
}

napi_value requires_grad(Call& call) {
  return call.boolean_value(call.tensor(0, "tensor").requires_grad());
}

/// setRequiresGrad(tensor, boolean)
napi_value set_requires_grad(Call& call) {
  at::Tensor& tensor = call.tensor(0, "tensor");
  const bool value = call.boolean(1, "requiresGrad");
  TORCH_CHECK(value || tensor.is_leaf(),
              "requiresGrad_: only a leaf can stop requiring grad; call detach() for a tensor that "
              "does not require grad");
  const auto dtype = tensor.scalar_type();
  TORCH_CHECK(!value || at::isFloatingType(dtype) || at::isComplexType(dtype),
              "requiresGrad_: only floating-point and complex tensors can require grad, got ",
              dtype);
  tensor.set_requires_grad(value);
  return call.undefined();
}

napi_value is_leaf(Call& call) { return call.boolean_value(call.tensor(0, "tensor").is_leaf()); }

/// retainGrad(tensor): backward fills its grad although it is no leaf.
napi_value retain_grad(Call& call) {
  const at::Tensor& tensor = call.tensor(0, "tensor");
  TORCH_CHECK(tensor.requires_grad(),
              "retainGrad: the tensor does not require grad, so that it gets no gradient");
  tensor.retain_grad();
  return call.undefined();
}

napi_value retains_grad(Call& call) {
  return call.boolean_value(call.tensor(0, "tensor").retains_grad());
}

constexpr Export kExports[] = {
    {"grad", grad},
    {"setGrad", set_grad},
    {"requiresGrad", requires_grad},
    {"setRequiresGrad", set_requires_grad},
    {"isLeaf", is_leaf},
    {"retainGrad", retain_grad},
    {"retainsGrad", retains_grad},
};

}  // namespace

void export_gradients(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
