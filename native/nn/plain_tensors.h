#pragma once

#include "napi/addon.h"

namespace node_libtorch {

void export_plain_tensors(Addon& addon, Napi::Object exports);

}  // namespace node_libtorch
