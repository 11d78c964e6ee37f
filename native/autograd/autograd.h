#pragma once

#include "napi/addon.h"

namespace node_libtorch {

void export_autograd(Addon& addon, Napi::Object exports);

// Its parts, by subject.
void export_gradients(Addon& addon, Napi::Object exports);
void export_modes(Addon& addon, Napi::Object exports);
void export_autocast(Addon& addon, Napi::Object exports);
void export_backward(Addon& addon, Napi::Object exports);
void export_hooks(Addon& addon, Napi::Object exports);
void export_saved_tensors(Addon& addon, Napi::Object exports);
void export_anomaly(Addon& addon, Napi::Object exports);
void export_function(Addon& addon, Napi::Object exports);
void export_graph(Addon& addon, Napi::Object exports);

}  // namespace node_libtorch
