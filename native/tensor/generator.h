#pragma once

#include "napi/addon.h"

namespace node_libtorch {

void export_generator(Addon& addon, Napi::Object exports);

}  // namespace node_libtorch
