#include "lr/one_cycle.h"

#include <cmath>
#include <numbers>
#include <string>

#include "napi/call.h"

namespace node_libtorch {
namespace {

double anneal(bool linear, double from, double to, double part) {
  if (linear) return (to - from) * part + from;
  return to + (from - to) / 2.0 * (1 + std::cos(std::numbers::pi * part));
}

}  // namespace

OneCycle::OneCycle(std::shared_ptr<Optimizer> optimizer, const Options& options)
    : Scheduler(std::move(optimizer)), options_(options) {
  const double total = options.total_steps;
  const double up = options.pct_start * total;
  if (options.three_phase) {
    phases_ = {{up - 1, "initial_lr", "max_lr", "max_momentum", "base_momentum"},
               {2 * up - 2, "max_lr", "initial_lr", "base_momentum", "max_momentum"},
               {total - 1, "initial_lr", "min_lr", "max_momentum", "max_momentum"}};
  } else {
    phases_ = {{up - 1, "initial_lr", "max_lr", "max_momentum", "base_momentum"},
               {total - 1, "max_lr", "min_lr", "base_momentum", "max_momentum"}};
  }
  go_to(0);
}

void OneCycle::apply(int64_t epoch) {
  const auto step = static_cast<double>(epoch);
  if (step > options_.total_steps) {
    throw ArgumentRangeError("oneCycle: step " + std::to_string(epoch) + " of a schedule of " +
                             std::to_string(static_cast<int64_t>(options_.total_steps)) + " steps");
  }
  double start = 0;
  size_t i = 0;
  while (i + 1 < phases_.size() && step > phases_[i].end) start = phases_[i++].end;
  const Phase& phase = phases_[i];
  if (phase.end == start) {
    throw ArgumentRangeError(
        "oneCycle: a phase of the schedule has no length; change pctStart or "
        "the number of steps");
  }
  const double part = (step - start) / (phase.end - start);
  const auto value = [&](const ParamGroup& group, const char* from, const char* to) {
    return anneal(options_.linear, group.at(from), group.at(to), part);
  };
  for (ParamGroup& group : optimizer().groups()) {
    group.values["lr"] = value(group, phase.lr_from, phase.lr_to);
    if (options_.cycle_momentum) {
      group.values[options_.cycle_beta1 ? "beta1" : "momentum"] =
          value(group, phase.momentum_from, phase.momentum_to);
    }
  }
}

}  // namespace node_libtorch
