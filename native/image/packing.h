// Packs and the cache of pictures, for lib/vision.

#pragma once

#include "napi/addon.h"

namespace node_libtorch {

void export_packing(Addon& addon, Napi::Object exports);

}  // namespace node_libtorch
