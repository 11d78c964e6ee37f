#pragma once

#include "napi/addon.h"

namespace node_libtorch {

/// Opens libtorch_cuda if there is a driver for it. Must come before any other use of libtorch,
/// which asks for the CUDA hooks once and remembers the answer. Idempotent.
void load_cuda();

void export_cuda(Addon& addon, Napi::Object exports);

}  // namespace node_libtorch
