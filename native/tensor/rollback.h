// What an operator that fails while it resizes a tensor leaves behind, undone. libtorch sets the
// new sizes before the storage grows: if that fails (memory of another owner, or no memory), the
// tensor would read and write beyond its storage from then on.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/stack.h>
#include <c10/util/DimVector.h>

#include <vector>

#include "tensor/operator.h"

namespace node_libtorch {

/// The shapes of the tensors that an operator is about to resize.
class Shapes {
 public:
  /// Notes the tensors among the arguments on the stack that the operator writes to.
  Shapes(const Operator& op, const torch::jit::Stack& stack);

  /// Gives back the noted shape to those that have another one now.
  void restore() const noexcept;

 private:
  struct Shape {
    at::Tensor tensor;
    c10::DimVector sizes;
    c10::DimVector strides;
    int64_t offset;
  };

  void note(const at::Tensor& tensor);

  std::vector<Shape> shapes_;
};

}  // namespace node_libtorch
