// What one JS thread owes: live handles and the CPU bytes allocated on its behalf, told to V8 so
// that it collects garbage in time. V8 sees only 32 bytes per handle, however large the tensor, and
// nothing of the activations that an autograd graph keeps.
#pragma once

#include <node_api.h>

#include <atomic>
#include <cstdint>
#include <unordered_set>
#include <vector>

namespace node_libtorch {

/// Immortal once made: a tensor may outlive the worker thread that allocated it, and the deleter of
/// its memory still has to find the counter.
struct Ledger {
  std::atomic<int64_t> bytes{0};    ///< live CPU bytes, counted by the allocator on any thread
  std::atomic<int64_t> handles{0};  ///< live tensor handles
  napi_env reaper =
      nullptr;  ///< the env that owns the handles; null before attach and after teardown

  /// Cells of the tensors made inside each open torch.scope, innermost last; JS thread only. The
  /// cells themselves, not the JS objects: what the garbage collector frees leaves its scope.
  std::vector<std::unordered_set<void*>> scopes;

  /// Tells V8 what changed since the last report, if it is worth a call. JS thread only, and not
  /// from a finalizer: growth makes V8 start a collection, which aborts inside another one.
  void report();
  /// The same for shrinking only, which a finalizer may tell.
  void report_shrinking();

 private:
  int64_t unreported() const;
  void tell();

  int64_t reported_ = 0;  ///< what V8 has been told
};

/// The ledger of the JS thread this runs on, or of the thread for which this one works; else a
/// process-wide one that nobody reports.
Ledger& current_ledger();
void set_current_ledger(Ledger* ledger);

/// Live bytes and handles of the whole process.
int64_t process_bytes();
int64_t process_handles();
void count_process_bytes(int64_t delta);
void count_process_handles(int64_t delta);

/// Puts a counting layer around libtorch's CPU allocator. Once per process.
void install_counting_allocator();

}  // namespace node_libtorch
