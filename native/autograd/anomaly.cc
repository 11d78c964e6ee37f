#include "autograd/anomaly.h"

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "autograd/autograd.h"
#include "autograd/node.h"
#include "napi/call.h"
#include "napi/callback.h"

namespace node_libtorch {
namespace {

using torch::autograd::AnomalyMetadata;
using torch::autograd::AnomalyMode;

std::mutex mutex;
int threads_enabled = 0;
int threads_checking = 0;

/// What this thread wants. Withdrawn when the thread ends, which a terminated worker does in
/// the middle of anything.
struct Wish {
  bool enabled = false;
  bool check_nan = false;

  void set(bool new_enabled, bool new_check_nan) {
    if (enabled == new_enabled && check_nan == new_check_nan) return;
    std::lock_guard lock(mutex);
    threads_enabled += static_cast<int>(new_enabled) - static_cast<int>(enabled);
    threads_checking += static_cast<int>(new_check_nan) - static_cast<int>(check_nan);
    enabled = new_enabled;
    check_nan = new_check_nan;
    AnomalyMode::set_enabled(threads_enabled > 0, threads_checking > 0);
  }
  ~Wish() { set(false, false); }
};

thread_local Wish wish;

/// Gives the JS stack as text; set by onAnomaly.
thread_local std::unique_ptr<JsCallback> capture;

/// A node in which backward has failed, or which made that node, with the call that recorded it.
struct Step {
  std::string node;
  std::optional<std::string> stack;
};

thread_local std::vector<Step> report;

std::optional<std::string> capture_stack() {
  if (!wish.enabled || capture == nullptr) return std::nullopt;
  try {
    capture->check_callable();
    Napi::Env env(capture->addon().env);
    Napi::HandleScope scope(env);
    return Napi::Value(env, capture->call({})).As<Napi::String>().Utf8Value();
  } catch (const std::exception&) {
    // A stack is a comfort; without one the operation itself still succeeds.
    return std::nullopt;
  }
}

class Trace final : public AnomalyMetadata {
 public:
  void store_stack() override { stack_ = capture_stack(); }

  /// Called where backward has failed, in place of a warning on stderr.
  void print_stack(const std::string& name) override {
    report.clear();
    report.push_back({name, stack_});
    for (NodePtr node = parent_; node;) {
      auto* trace = dynamic_cast<Trace*>(node->metadata());
      report.push_back({node->name(), trace ? trace->stack_ : std::nullopt});
      node = trace ? trace->parent_ : NodePtr();
    }
  }

  void assign_parent(const NodePtr& parent) override { parent_ = parent; }

 private:
  std::optional<std::string> stack_;
  NodePtr parent_;  ///< the node whose backward has recorded this one
};

/// onAnomaly(capture: () => string)
napi_value on_anomaly(Call& call) {
  if (!Napi::Value(call.env(), call[0]).IsFunction()) call.refuse(0, "capture", "a function");
  capture = std::make_unique<JsCallback>(call.addon(), call[0], "the capture of a stack");
  return call.undefined();
}

/// takeAnomalyReport() → [node, stack | null][], the failing node first; empty if no backward has
/// failed since the last one began
napi_value take_anomaly_report(Call& call) {
  Napi::Env env = call.env();
  Napi::Array result = Napi::Array::New(env);
  for (const Step& step : std::exchange(report, {})) {
    Napi::Array pair = Napi::Array::New(env, 2);
    pair.Set(0u, step.node);
    pair.Set(1u, step.stack ? Napi::Value(Napi::String::New(env, *step.stack)) : env.Null());
    result.Set(result.Length(), pair);
  }
  return result;
}

constexpr Export kExports[] = {
    {"onAnomaly", on_anomaly},
    {"takeAnomalyReport", take_anomaly_report},
};

}  // namespace

void set_anomaly(bool enabled, bool check_nan) { wish.set(enabled, check_nan); }

std::pair<bool, bool> anomaly_state() { return {wish.enabled, wish.check_nan}; }

std::unique_ptr<AnomalyMetadata> make_trace() { return std::make_unique<Trace>(); }

void clear_anomaly_report() { report.clear(); }

void export_anomaly(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
