// What saving pictures as JPEG does to them.

#pragma once

#include "napi/addon.h"

namespace node_libtorch {

void export_jpeg_compression(Addon& addon, Napi::Object exports);

}  // namespace node_libtorch
