#include "nn/kind.h"

#include <typeindex>
#include <unordered_map>
#include <unordered_set>

#include "napi/call.h"
#include "nn/js_module.h"

namespace node_libtorch {
namespace {

struct Kinds {
  std::unordered_map<std::type_index, ModuleKind> by_type;
  std::unordered_map<std::string, std::type_index> by_name;
};

// Filled by static initializers, so it must exist before the first of them.
Kinds& kinds() {
  static auto* all = new Kinds;
  return *all;
}

bool contains(torch::nn::Module& tree, const torch::nn::Module* wanted,
              std::unordered_set<const torch::nn::Module*>& seen) {
  if (&tree == wanted) return true;
  if (!seen.insert(&tree).second) return false;
  for (auto& child : children_of(tree)) {
    if (contains(*child.value(), wanted, seen)) return true;
  }
  return false;
}

/// Nested forwards on this thread. Each takes some hundred bytes of a stack that has 8 MB, and JS
/// in between takes more.
class Depth {
 public:
  Depth() {
    if (++depth_ > kMaxDepth) {
      --depth_;
      throw ArgumentRangeError("modules are nested more than 500 deep");
    }
  }
  ~Depth() { --depth_; }

 private:
  static constexpr int kMaxDepth = 500;
  static thread_local int depth_;
};
thread_local int Depth::depth_ = 0;

}  // namespace

void add_kind(const std::type_info& type, const ModuleKind& kind) {
  kinds().by_type.emplace(type, kind);
  kinds().by_name.emplace(kind.name, type);
}

const ModuleKind& kind_of(const torch::nn::Module& module) {
  const auto found = kinds().by_type.find(typeid(module));
  if (found == kinds().by_type.end()) {
    throw ArgumentError("a module of type " + module.name() + " is not known to node-libtorch");
  }
  return found->second;
}

const ModuleKind* find_kind(const std::string& name) {
  const auto found = kinds().by_name.find(name);
  return found == kinds().by_name.end() ? nullptr : &kinds().by_type.at(found->second);
}

at::Tensor run_module(ModulePtr module, const Inputs& inputs) {
  if (const auto side = js_side(*module)) return side->forward(inputs);
  return run_forward(std::move(module), inputs);
}

at::Tensor run_forward(ModulePtr module, const Inputs& inputs) {
  const Depth depth;
  const ModuleKind& kind = kind_of(*module);
  if (inputs.size() != kind.inputs && kind.inputs != kAnyInputs) {
    throw ArgumentError(std::string(kind.name) + ": forward takes " + std::to_string(kind.inputs) +
                        " tensors, got " + std::to_string(inputs.size()));
  }
  return kind.forward(*module, inputs);
}

void set_child(torch::nn::Module& parent, const std::string& name, ModulePtr child) {
  if (name.empty() || name.find('.') != std::string::npos) {
    throw ArgumentError("a module cannot have a child named '" + name + "'");
  }
  std::unordered_set<const torch::nn::Module*> seen;
  // A parent that only its handle refers to is nobody's child yet.
  const bool is_new = parent.weak_from_this().use_count() <= 1;
  if (!is_new && contains(*child, &parent, seen)) {
    throw ArgumentError("a module cannot be its own descendant (child '" + name + "')");
  }
  ModuleDict& children = children_of(parent);
  if (ModulePtr* present = children.find(name)) {
    *present = std::move(child);
  } else {
    children.insert(name, std::move(child));
  }
}

}  // namespace node_libtorch
