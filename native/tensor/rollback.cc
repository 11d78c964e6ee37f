#include "tensor/rollback.h"

namespace node_libtorch {

Shapes::Shapes(const Operator& op, const torch::jit::Stack& stack) {
  for (size_t i = 0; i < op.arguments().size(); ++i) {
    if (!op.arguments()[i].written) continue;
    const c10::IValue& value = stack[i];
    if (value.isTensor()) {
      note(value.toTensor());
    } else if (value.isTensorList()) {
      for (const at::Tensor& tensor : value.toTensorVector()) note(tensor);
    }
  }
}

void Shapes::note(const at::Tensor& tensor) {
  if (!tensor.defined() || tensor.layout() != at::kStrided) return;
  shapes_.push_back({tensor, c10::DimVector(tensor.sizes()), c10::DimVector(tensor.strides()),
                     tensor.storage_offset()});
}

void Shapes::restore() const noexcept {
  for (const Shape& shape : shapes_) {
    if (shape.tensor.sizes() == shape.sizes && shape.tensor.strides() == shape.strides) continue;
    shape.tensor.unsafeGetTensorImpl()->set_sizes_and_strides(shape.sizes, shape.strides,
                                                              shape.offset);
  }
}

}  // namespace node_libtorch
