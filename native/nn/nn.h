#pragma once

#include "napi/addon.h"

namespace node_libtorch {

void export_nn(Addon& addon, Napi::Object exports);
void export_async(Addon& addon, Napi::Object exports);

}  // namespace node_libtorch
