// What autograd needs beyond operators: gradients, leaves, and the modes of this thread.
#include "autograd/autograd.h"

#include <ATen/core/grad_mode.h>
#include <c10/core/AutogradState.h>
#include <torch/csrc/autograd/function.h>

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

/// gradName(tensor) → 'AddBackward0', or null for a leaf
napi_value grad_name(Call& call) {
  const auto& node = call.tensor(0, "tensor").grad_fn();
  return node ? call.string_value(node->name()) : call.tensor_value({});
}

/// setGradEnabled(boolean) → what it was
napi_value set_grad_enabled(Call& call) {
  const bool before = at::GradMode::is_enabled();
  at::GradMode::set_enabled(call.boolean(0, "enabled"));
  return call.boolean_value(before);
}

napi_value is_grad_enabled(Call& call) { return call.boolean_value(at::GradMode::is_enabled()); }

constexpr Export kExports[] = {
    {"grad", grad},
    {"setGrad", set_grad},
    {"requiresGrad", requires_grad},
    {"setRequiresGrad", set_requires_grad},
    {"isLeaf", is_leaf},
    {"gradName", grad_name},
    {"setGradEnabled", set_grad_enabled},
    {"isGradEnabled", is_grad_enabled},
};

}  // namespace

void export_autograd(Addon& addon, Napi::Object exports) {
  // Backward then runs on the thread that asks for it, so that JS hooks and functions never do so
  // on another one. Thread-local: each worker sets it for itself.
  c10::AutogradState::get_tls_state().set_multithreading_enabled(false);
  add_exports(addon, exports, kExports);
}

}  // namespace node_libtorch
