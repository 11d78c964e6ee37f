// Hooks through which the tensors pass that operations save for their backward.
#pragma once

#include <torch/csrc/autograd/saved_variable_hooks.h>

#include <memory>

namespace node_libtorch {

/// The hooks for a tensor that is about to be saved on this thread; null without any.
std::unique_ptr<torch::autograd::SavedVariableHooks> make_saved_tensor_hooks();

}  // namespace node_libtorch
