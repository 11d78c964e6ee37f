// The graph that autograd has recorded, to look at.
#include "autograd/autograd.h"
#include "autograd/node.h"
#include "napi/call.h"

namespace node_libtorch {
namespace {

napi_value node_value(Call& call, const NodePtr& node) {
  if (!node) return call.tensor_value({});
  return make_handle(call.env(), *call.addon().ledger, std::make_shared<GraphNode>(node));
}

/// gradName(tensor) → 'AddBackward0', or null for a leaf
napi_value grad_name(Call& call) {
  const auto& node = call.tensor(0, "tensor").grad_fn();
  return node ? call.string_value(node->name()) : call.tensor_value({});
}

/// gradNode(tensor) → the node that made it, or null for a leaf
napi_value grad_node(Call& call) { return node_value(call, call.tensor(0, "tensor").grad_fn()); }

napi_value node_name(Call& call) {
  return call.string_value(call.handle<GraphNodePtr>(0, "node")->node->name());
}

/// nextNodes(node) → [node | null, number of its output][], one for each input of the operation
napi_value next_nodes(Call& call) {
  const GraphNodePtr held = call.handle<GraphNodePtr>(0, "node");
  Napi::Array result = Napi::Array::New(call.env());
  for (const auto& edge : held->node->next_edges()) {
    Napi::Array pair = Napi::Array::New(call.env(), 2);
    pair.Set(0u, Napi::Value(call.env(), node_value(call, edge.function)));
    pair.Set(1u, edge.input_nr);
    result.Set(result.Length(), pair);
  }
  return result;
}

/// sameNode(a, b)
napi_value same_node(Call& call) {
  return call.boolean_value(call.handle<GraphNodePtr>(0, "a")->node ==
                            call.handle<GraphNodePtr>(1, "b")->node);
}

constexpr Export kExports[] = {
    {"gradName", grad_name},   {"gradNode", grad_node}, {"nodeName", node_name},
    {"nextNodes", next_nodes}, {"sameNode", same_node},
};

}  // namespace

void export_graph(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
