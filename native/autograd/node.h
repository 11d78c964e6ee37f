// Pointers to the nodes of autograd's graph: std::shared_ptr until libtorch 2.12, then
// c10::intrusive_ptr.
#pragma once

#include <torch/csrc/autograd/function.h>
#include <torch/headeronly/version.h>

#include <memory>
#include <utility>

namespace node_libtorch {

#if TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 13
using NodePtr = c10::intrusive_ptr<torch::autograd::Node>;

class WeakNodePtr {
 public:
  WeakNodePtr() : node_(NodePtr()) {}
  explicit WeakNodePtr(const NodePtr& node) : node_(node) {}
  NodePtr lock() const { return node_.lock(); }

 private:
  c10::weak_intrusive_ptr<torch::autograd::Node> node_;
};

template <class T, class... Arguments>
c10::intrusive_ptr<T> make_node(Arguments&&... arguments) {
  return c10::make_intrusive<T>(std::forward<Arguments>(arguments)...);
}
#else
using NodePtr = std::shared_ptr<torch::autograd::Node>;
using WeakNodePtr = std::weak_ptr<torch::autograd::Node>;

// deleteNode frees a long chain of nodes without recursion.
template <class T, class... Arguments>
std::shared_ptr<T> make_node(Arguments&&... arguments) {
  return std::shared_ptr<T>(new T(std::forward<Arguments>(arguments)...),
                            torch::autograd::deleteNode);
}
#endif

/// A node as JS holds it, to look at the graph.
class GraphNode {
 public:
  explicit GraphNode(NodePtr node) : node(std::move(node)) {}
  const NodePtr node;
};

}  // namespace node_libtorch
