#include "nn/members.h"

namespace node_libtorch {
namespace {

using torch::nn::Module;

TensorDict& private_parameters(Module& module);
TensorDict& private_buffers(Module& module);
ModuleDict& private_children(Module& module);
bool& private_training(Module& module);

/// An explicit instantiation may name private members: the one legal way in.
template <auto Parameters, auto Buffers, auto Children, auto Training>
struct ModuleMembers {
  friend TensorDict& private_parameters(Module& module) { return module.*Parameters; }
  friend TensorDict& private_buffers(Module& module) { return module.*Buffers; }
  friend ModuleDict& private_children(Module& module) { return module.*Children; }
  friend bool& private_training(Module& module) { return module.*Training; }
};
template struct ModuleMembers<&Module::parameters_, &Module::buffers_, &Module::children_,
                              &Module::is_training_>;

}  // namespace

TensorDict& parameters_of(Module& module) { return private_parameters(module); }
TensorDict& buffers_of(Module& module) { return private_buffers(module); }
ModuleDict& children_of(Module& module) { return private_children(module); }
bool& training_of(Module& module) { return private_training(module); }

}  // namespace node_libtorch
