// Kinds of native modules: how each is made, run and described. A new layer is one new file in
// layers/ with one Register in it.
#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <type_traits>
#include <typeinfo>
#include <vector>

#include "napi/handle.h"
#include "nn/members.h"
#include "nn/options.h"

namespace node_libtorch {

using Inputs = std::vector<at::Tensor>;

/// TypeScript modules take what they like.
constexpr size_t kAnyInputs = SIZE_MAX;

struct ModuleKind {
  const char* name;  ///< of the TypeScript class that views it: 'Linear'
  size_t inputs;     ///< tensors that forward takes, or kAnyInputs
  ModulePtr (*create)(const OptionReader& options);
  at::Tensor (*forward)(torch::nn::Module& module, const Inputs& inputs);
  void (*describe)(const torch::nn::Module& module, OptionWriter& options);
  void (*rebind)(torch::nn::Module& module);  ///< after a registered tensor was replaced
  /// Another one with the same settings and the same members; Register sets it where that is
  /// possible.
  ModulePtr (*copy)(const torch::nn::Module& module) = nullptr;
};

/// The kind of a module, by its C++ type. Throws for one that was never registered.
const ModuleKind& kind_of(const torch::nn::Module& module);
const ModuleKind* find_kind(const std::string& name);
void add_kind(const std::type_info& type, const ModuleKind& kind);

/// Runs a module: the one way by which every parent runs its children, whatever they are; through
/// JS where JS has asked for it (js_module.h).
/// By value: its forward may run JS that takes it out of the tree.
at::Tensor run_module(ModulePtr module, const Inputs& inputs);
/// The module's own forward alone, which is what its JS side runs in turn.
at::Tensor run_forward(ModulePtr module, const Inputs& inputs);

/// Gives `parent` a child, in place of one of the same name or as the last.
void set_child(torch::nn::Module& parent, const std::string& name, ModulePtr child);

/// Members of libtorch's layers hold copies of what is registered: brings them up to date.
template <class Impl>
void rebind(torch::nn::Module& module) {
  auto& layer = static_cast<Impl&>(module);
  const auto update = [](at::Tensor& member, TensorDict& dict, const char* name) {
    if (const at::Tensor* tensor = dict.find(name)) member = *tensor;
  };
  if constexpr (requires { layer.weight; }) {
    update(layer.weight, parameters_of(layer), "weight");
    update(layer.weight, buffers_of(layer), "weight");
  }
  if constexpr (requires { layer.bias; }) update(layer.bias, parameters_of(layer), "bias");
  if constexpr (requires { layer.running_mean; }) {
    update(layer.running_mean, buffers_of(layer), "running_mean");
    update(layer.running_var, buffers_of(layer), "running_var");
    update(layer.num_batches_tracked, buffers_of(layer), "num_batches_tracked");
  }
  if constexpr (requires { layer._random_samples; }) {
    update(layer._random_samples, buffers_of(layer), "_random_samples");
  }
  // Losses keep their factors in their options.
  if constexpr (requires { at::Tensor(layer.options.weight()); }) {
    update(layer.options.weight(), buffers_of(layer), "weight");
  }
  if constexpr (requires { layer.options.pos_weight(); }) {
    update(layer.options.pos_weight(), buffers_of(layer), "pos_weight");
  }
}

/// A layer with one input and one output.
template <class Impl>
at::Tensor forward_one(torch::nn::Module& module, const Inputs& inputs) {
  return static_cast<Impl&>(module).forward(inputs[0]);
}

inline void describe_nothing(const torch::nn::Module&, OptionWriter&) {}

/// Registers a kind for the C++ type Impl when the addon is loaded.
template <class Impl>
struct Register {
  explicit Register(ModuleKind kind) {
    if constexpr (std::is_copy_constructible_v<Impl>) {
      kind.copy = [](const torch::nn::Module& module) -> ModulePtr {
        return std::make_shared<Impl>(static_cast<const Impl&>(module));
      };
    }
    add_kind(typeid(Impl), kind);
  }
};

}  // namespace node_libtorch
