#pragma once

#include "napi/addon.h"

namespace node_libtorch {

void export_context(Addon& addon, Napi::Object exports);

}  // namespace node_libtorch
