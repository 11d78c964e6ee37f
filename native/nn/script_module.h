#pragma once

#include "napi/addon.h"
#include "napi/handle.h"

namespace node_libtorch {

/// The native node of the TypeScript module `owner`.
ModulePtr make_script_module(Addon& addon, napi_value owner);

}  // namespace node_libtorch
