#pragma once

#include "napi/addon.h"

namespace node_libtorch {

/// Also arranges that what this env has shared, and nobody has adopted, goes with the env.
void export_share(Addon& addon, Napi::Object exports);

}  // namespace node_libtorch
