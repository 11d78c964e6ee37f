#pragma once

#include "napi/addon.h"

namespace node_libtorch {

void export_mapping(Addon& addon, Napi::Object exports);
void export_writing(Addon& addon, Napi::Object exports);

}  // namespace node_libtorch
