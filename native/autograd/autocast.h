// Autocast: operators that choose the precision of their arguments. libtorch keeps the choice per
// thread.
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

/// Gives this thread the autocast of another one for a while. The casts of weights that autocast
/// keeps for reuse are forgotten at the end: the weights may change before the next use.
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
