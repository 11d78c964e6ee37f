#pragma once

#include "napi/addon.h"

namespace node_libtorch {

void export_batch_norm(Addon& addon, Napi::Object exports);

}  // namespace node_libtorch
