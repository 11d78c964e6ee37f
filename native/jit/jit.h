// TorchScript: programs with their weights, run, inspected, traced and saved.
#pragma once

#include "napi/addon.h"

namespace node_libtorch {

void export_jit(Addon& addon, Napi::Object exports);
void export_script_files(Addon& addon, Napi::Object exports);
void export_trace(Addon& addon, Napi::Object exports);
void export_aoti(Addon& addon, Napi::Object exports);

}  // namespace node_libtorch
