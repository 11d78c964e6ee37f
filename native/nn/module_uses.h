#pragma once

#include "napi/compute.h"
#include "nn/kind.h"

namespace node_libtorch {

/// Notes a tree of modules with its parameters and buffers.
void note_module(Uses& uses, torch::nn::Module& root);

}  // namespace node_libtorch
