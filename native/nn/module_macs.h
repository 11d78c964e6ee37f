#pragma once

#include "napi/addon.h"

namespace node_libtorch {

void export_module_macs(Addon& addon, Napi::Object exports);

}  // namespace node_libtorch
