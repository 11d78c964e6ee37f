// Which backward needs JS: it can run on no other thread then.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/function.h>

#include <vector>

namespace node_libtorch {

/// Whether the tensor has hooks, which are JS functions.
bool has_hooks(const at::Tensor& tensor);
/// Whether the node is a custom function, whose backward is written in JS.
bool is_custom_function(const torch::autograd::Node& node);
/// Whether the node runs a JS function, its own or the hooks of what it has made.
bool calls_js(torch::autograd::Node& node);
/// Whether there are tensors in graphs that JS hooks have packed; in which, nobody knows.
bool has_packed_tensors();

struct GraphScan {
  bool needs_js = false;
  /// Leaves to which a backward may add.
  std::vector<at::Tensor> leaves;
};

/// Looks at all that a backward from these tensors can reach.
GraphScan scan_graph(const std::vector<at::Tensor>& roots);

}  // namespace node_libtorch
