// Direct access to the three tables of torch::nn::Module, and to its mode. Its public interface
// hands out copies only, cannot replace a parameter or a buffer, which assignment to a property
// needs, and changes the mode of whole trees only.
#pragma once

#include <torch/nn/module.h>

#include <memory>
#include <string>

namespace node_libtorch {

using TensorDict = torch::OrderedDict<std::string, at::Tensor>;
using ModuleDict = torch::OrderedDict<std::string, std::shared_ptr<torch::nn::Module>>;

TensorDict& parameters_of(torch::nn::Module& module);
TensorDict& buffers_of(torch::nn::Module& module);
ModuleDict& children_of(torch::nn::Module& module);
/// Whether this module, whatever is below it, is in training mode.
bool& training_of(torch::nn::Module& module);

}  // namespace node_libtorch
