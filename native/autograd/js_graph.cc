#include "autograd/js_graph.h"

#include <torch/csrc/autograd/functions/accumulate_grad.h>
#include <torch/csrc/autograd/variable.h>

#include <unordered_set>

namespace node_libtorch {

GraphScan scan_graph(const std::vector<at::Tensor>& roots) {
  GraphScan scan;
  scan.needs_js = has_packed_tensors();
  std::unordered_set<const torch::autograd::Node*> seen;
  std::vector<torch::autograd::Node*> waiting;
  const auto visit = [&](torch::autograd::Node* node) {
    if (node != nullptr && seen.insert(node).second) waiting.push_back(node);
  };
  for (const at::Tensor& root : roots) {
    if (!root.defined() || !root.requires_grad()) continue;
    if (root.is_leaf()) {
      scan.leaves.push_back(root);
      scan.needs_js = scan.needs_js || has_hooks(root);
    } else {
      visit(root.grad_fn().get());
    }
  }
  while (!waiting.empty()) {
    torch::autograd::Node* node = waiting.back();
    waiting.pop_back();
    if (const auto* leaf = dynamic_cast<const torch::autograd::AccumulateGrad*>(node)) {
      scan.leaves.push_back(leaf->variable);
      scan.needs_js = scan.needs_js || has_hooks(leaf->variable);
      continue;
    }
    scan.needs_js = scan.needs_js || calls_js(*node);
    for (const auto& edge : node->next_edges()) visit(edge.function.get());
  }
  return scan;
}

}  // namespace node_libtorch
