#pragma once

#include <c10/core/Allocator.h>

#include "napi/addon.h"

namespace node_libtorch {

/// Whether the memory is that of a JS buffer, which dies with its isolate.
bool is_js_memory(const c10::DataPtr& memory);

void export_storage(Addon& addon, Napi::Object exports);

}  // namespace node_libtorch
