// Direct access to the three tables of torch::nn::Module. Its public interface hands out copies
// only, and cannot replace a parameter or a buffer, which assignment to a property needs.
#pragma once

#include <torch/nn/module.h>

namespace node_libtorch {

using TensorDict = torch::OrderedDict<std::string, at::Tensor>;
using ModuleDict = torch::OrderedDict<std::string, std::shared_ptr<torch::nn::Module>>;

TensorDict& parameters_of(torch::nn::Module& module);
TensorDict& buffers_of(torch::nn::Module& module);
ModuleDict& children_of(torch::nn::Module& module);

/// An explicit instantiation may name private members: the one legal way in.
template <auto Parameters, auto Buffers, auto Children>
struct ModuleMembers {
  friend TensorDict& parameters_of(torch::nn::Module& module) { return module.*Parameters; }
  friend TensorDict& buffers_of(torch::nn::Module& module) { return module.*Buffers; }
  friend ModuleDict& children_of(torch::nn::Module& module) { return module.*Children; }
};
template struct ModuleMembers<&torch::nn::Module::parameters_, &torch::nn::Module::buffers_,
                              &torch::nn::Module::children_>;

}  // namespace node_libtorch
