// Modules made of other modules.
#pragma once

#include <torch/nn/module.h>

#include "nn/kind.h"

namespace node_libtorch {

/// A module whose forward runs its children by name, whatever they have been replaced with.
class Composite : public torch::nn::Module {
 public:
  using torch::nn::Module::Module;

  at::Tensor run(const char* child, const at::Tensor& input) {
    return run_module(children_of(*this)[child], {input});
  }
  bool has(const char* child) { return children_of(*this).contains(child); }
};

/// Children "0", "1" … one after the other. torch::nn::Sequential fixes their types when it is
/// made, so that none could be replaced.
class SequentialImpl : public Composite {
 public:
  SequentialImpl() : Composite("Sequential") {}
  at::Tensor forward(at::Tensor input);
  void push_back(ModulePtr child);
};

}  // namespace node_libtorch
