// Learning-rate schedulers, for lib/lr.
#include "lr/lr.h"

#include "lr/one_cycle.h"
#include "napi/call.h"
#include "nn/options.h"

namespace node_libtorch {
namespace {

Scheduler& scheduler_of(const Call& call) { return *call.handle<SchedulerPtr>(0, "scheduler"); }

/// createOneCycle(optimizer, options): the groups already carry their own values.
napi_value create_one_cycle(Call& call) {
  const OptionReader options("oneCycle", call.object(1, "options"));
  SchedulerPtr scheduler = std::make_shared<OneCycle>(
      call.handle<OptimizerPtr>(0, "optimizer"),
      OneCycle::Options{options.number("totalSteps"), options.number("pctStart"),
                        options.boolean("linear"), options.boolean("threePhase"),
                        options.boolean("cycleMomentum"), options.boolean("cycleBeta1")});
  return make_handle(call.env(), *call.addon().ledger, std::move(scheduler));
}

napi_value step_scheduler(Call& call) {
  scheduler_of(call).step();
  return call.undefined();
}

napi_value last_epoch(Call& call) {
  return call.number_value(static_cast<double>(scheduler_of(call).last_epoch()));
}

napi_value set_last_epoch(Call& call) {
  scheduler_of(call).set_last_epoch(call.integer(1, "epoch"));
  return call.undefined();
}

constexpr Export kExports[] = {
    {"createOneCycle", create_one_cycle},
    {"stepScheduler", step_scheduler},
    {"lastEpoch", last_epoch},
    {"setLastEpoch", set_last_epoch},
};

}  // namespace

void export_lr(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
