// Autocast: operators that choose the precision of their arguments. libtorch keeps the choice per
// thread, but the casts of weights that it reuses in one table for the whole process.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace node_libtorch {

/// Whether and to what autocast casts on this thread, for every kind of device.
struct AutocastState {
  struct OfDevice {
    at::DeviceType type;
    bool enabled;
    at::ScalarType dtype;
  };
  std::vector<OfDevice> devices;
  bool cache_enabled;

  static AutocastState of_thread();
  void apply() const;
};

/// Gives this thread the autocast of another one for a while, without the reuse of casts: one that
/// was made here without gradients would be found by a thread that needs them, and the other way
/// round.
class AutocastGuard {
 public:
  explicit AutocastGuard(const AutocastState& state);
  ~AutocastGuard();
  AutocastGuard(const AutocastGuard&) = delete;
  AutocastGuard& operator=(const AutocastGuard&) = delete;

 private:
  AutocastState before_;
};

}  // namespace node_libtorch
