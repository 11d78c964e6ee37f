// Budgets of memory: garbage that V8 does not feel, because it lies on a device, is collected when
// the memory of that device grows beyond a limit.
//
// V8 is told only a fixed cost for each handle of a device tensor: told the bytes, it would run a
// full collection for every few tensors. Instead the bytes are counted here, and where they exceed
// the budget the JS thread collects at its next entry: young garbage first, which costs
// microseconds, all of it only if that was not enough.
#pragma once

#include <napi.h>

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <cstdint>

#include "napi/ledger.h"

namespace node_libtorch {

struct Addon;

/// What one env has of the budgets.
struct GarbageCollector {
  /// (full: boolean) => void, runs a garbage collection; set by onCollect.
  Napi::FunctionReference collect;
  int64_t minor = 0;  ///< collections run for a budget or for want of memory
  int64_t full = 0;
};

/// Notes that a handle of a tensor on a device other than the CPU was made by this thread.
void note_device_tensor(Ledger& ledger, const at::Tensor& tensor);

/// True if this thread should collect garbage before it goes on.
bool over_budget(const Ledger& ledger);

/// Collects what the budgets demand. JS thread, at an entry: no exception pending, no lock held.
void keep_budget(Addon& addon);

/// Whether an error means that the memory of a device, or of the computer, is exhausted.
bool is_out_of_memory(const c10::Error& error);

/// Collects all garbage, after a failed allocation. False where nothing can be collected.
bool collect_all(Addon& addon);

void export_budget(Addon& addon, Napi::Object exports);

}  // namespace node_libtorch
