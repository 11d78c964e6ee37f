#pragma once

#include "napi/addon.h"

namespace node_libtorch {

void export_sites(Addon& addon, Napi::Object exports);

}  // namespace node_libtorch
