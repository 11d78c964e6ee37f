#pragma once

#include "napi/addon.h"

namespace node_libtorch {

void export_step(Addon& addon, Napi::Object exports);

}  // namespace node_libtorch
