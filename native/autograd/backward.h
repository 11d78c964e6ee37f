#pragma once

#include <ATen/core/Tensor.h>

namespace node_libtorch {

/// Adds the gradients of a single number to the leaves of its graph, and frees the graph.
void backward_from(const at::Tensor& loss);

}  // namespace node_libtorch
