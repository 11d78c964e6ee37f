#pragma once

#include "napi/addon.h"
#include "napi/handle.h"

namespace node_libtorch {

/// The native node of the TypeScript module `owner`.
ModulePtr make_script_module(Addon& addon, napi_value owner);

/// Whether the module is such a node.
bool is_script_module(const torch::nn::Module& module);

}  // namespace node_libtorch
