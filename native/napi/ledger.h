// What one JS thread owes: live handles and the CPU bytes allocated on its behalf, told to V8 so
// that it collects garbage in time. V8 sees only 32 bytes per handle, however large the tensor, and
// nothing of the activations that an autograd graph keeps.
#pragma once

#include <c10/core/Allocator.h>
#include <node_api.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <unordered_set>
#include <vector>

#include "napi/sites.h"

namespace node_libtorch {

/// A counter that one thread changes and any thread may read; cheaper than an atomic addition.
class Count {
 public:
  void add(int64_t delta) { value_.store(value() + delta, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

/// Immortal once made: a tensor may outlive the worker thread that allocated it, and the deleter of
/// its memory still has to find the counter. A new thread takes over the ledger of one that has
/// ended and owes nothing any more.
class Ledger {
 public:
  /// A ledger with nothing in it, for the JS thread that this runs on.
  static Ledger* open();
  /// The thread ends; what is still counted here may live on.
  void close();
  /// The sum of a count over all ledgers.
  template <class Read>
  static int64_t total(const Read& read) {
    int64_t sum = 0;
    for (Ledger* ledger = first(); ledger != nullptr; ledger = ledger->next_) sum += read(*ledger);
    return sum;
  }

  std::atomic<int64_t> bytes{0};  ///< live CPU bytes, counted by the allocator on any thread
  Count handles;                  ///< live handles
  Count tensors;                  ///< those of tensors among them
  napi_env reaper =
      nullptr;  ///< the env that owns the handles; null before attach and after teardown

  /// Cells of the tensors made inside each open torch.scope, innermost last; JS thread only. The
  /// cells themselves, not the JS objects: what the garbage collector frees leaves its scope.
  std::vector<std::unordered_set<void*>> scopes;

  /// Debug mode's notes; null outside it. JS thread only.
  std::unique_ptr<Sites> sites;

  /// Device tensors made since the device's allocator was last asked (napi/budget.h), and whether
  /// it should be asked at the next entry. JS thread only.
  int64_t device_bytes = 0;
  int device_handles = 0;
  bool poll_devices = false;

  /// Tells V8 what changed since the last report, if it is worth a call. JS thread only, and not
  /// from a finalizer: growth makes V8 start a collection, which aborts inside another one.
  void report();
  /// The same for shrinking only, which a finalizer may tell.
  void report_shrinking();

 private:
  Ledger() = default;
  static std::atomic<Ledger*>& first();
  int64_t unreported() const;
  void tell();

  int64_t reported_ = 0;  ///< what V8 has been told
  std::atomic<bool> open_{true};
  Ledger* next_ = nullptr;
};

/// The ledger of the JS thread this runs on, or of the thread for which this one works; else a
/// process-wide one that nobody reports.
Ledger& current_ledger();
void set_current_ledger(Ledger* ledger);

/// Counts the bytes of a block, if the counting allocator has made it, to another ledger.
void move_bytes(const c10::DataPtr& block, Ledger& to);

/// Live bytes, handles, and tensors among them, of the whole process.
int64_t process_bytes();
int64_t process_handles();
int64_t process_tensors();

/// Replaces libtorch's CPU allocator by one that counts. Once per process.
void install_counting_allocator();

}  // namespace node_libtorch
