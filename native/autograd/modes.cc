// The modes of this thread: whether operations are recorded, and whether their results may ever be.
#include <ATen/core/grad_mode.h>
#include <c10/core/AutogradState.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

#include "autograd/anomaly.h"
#include "autograd/autograd.h"
#include "napi/call.h"

namespace node_libtorch {
namespace {

// The same bits stand in lib/autograd/mode-stack.ts.
constexpr int64_t kGrad = 1;
constexpr int64_t kInference = 2;
constexpr int64_t kAnomaly = 4;
constexpr int64_t kCheckNan = 8;

/// c10::InferenceMode is a guard, which cannot be left and entered again as tasks take turns: this
/// does what its constructor and destructor do.
void set_inference_mode(bool enabled) {
  auto& state = c10::AutogradState::get_tls_state();
  if (state.get_inference_mode() == enabled) return;
  state.set_inference_mode(enabled);
  state.set_fw_grad_mode(!enabled);
  const auto keys = c10::impl::tls_local_dispatch_key_set();
  c10::impl::PODLocalDispatchKeySet changed{};
  changed.set_included(enabled ? keys.included_.remove(c10::DispatchKey::ADInplaceOrView)
                               : keys.included_.add(c10::DispatchKey::ADInplaceOrView));
  changed.set_excluded(enabled ? (keys.excluded_ | c10::autograd_dispatch_keyset)
                               : (keys.excluded_ - c10::autograd_dispatch_keyset));
  c10::impl::_force_tls_local_dispatch_key_set(changed);
}

/// setModes(bits)
napi_value set_modes(Call& call) {
  const int64_t bits = call.integer(0, "bits");
  set_inference_mode((bits & kInference) != 0);
  at::GradMode::set_enabled((bits & kGrad) != 0);
  set_anomaly((bits & kAnomaly) != 0, (bits & kCheckNan) != 0);
  return call.undefined();
}

/// modes() → bits
napi_value modes(Call& call) {
  const auto [anomaly, check_nan] = anomaly_state();
  int64_t bits = 0;
  if (at::GradMode::is_enabled()) bits |= kGrad;
  if (c10::InferenceMode::is_enabled()) bits |= kInference;
  if (anomaly) bits |= kAnomaly;
  if (check_nan) bits |= kCheckNan;
  return call.number_value(static_cast<double>(bits));
}

constexpr Export kExports[] = {{"setModes", set_modes}, {"modes", modes}};

}  // namespace

void export_modes(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
