// Base of the learning-rate schedulers: a step counter, and values written into the optimizer's
// groups.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "optim/optimizer.h"

namespace node_libtorch {

class Scheduler {
 public:
  explicit Scheduler(std::shared_ptr<Optimizer> optimizer) : optimizer_(std::move(optimizer)) {}
  virtual ~Scheduler() = default;

  /// Moves on by one step and writes the values that hold from now on.
  void step() { go_to(last_epoch_ + 1); }

  int64_t last_epoch() const { return last_epoch_; }
  /// Only sets the counter: what a state dict restores, together with the groups' own values.
  void set_last_epoch(int64_t epoch) { last_epoch_ = epoch; }

 protected:
  /// Writes the values of step `epoch`; throws if there is none, and then nothing has changed.
  virtual void apply(int64_t epoch) = 0;
  void go_to(int64_t epoch) {
    apply(epoch);
    last_epoch_ = epoch;
  }
  Optimizer& optimizer() { return *optimizer_; }

 private:
  std::shared_ptr<Optimizer> optimizer_;
  int64_t last_epoch_ = -1;
};

}  // namespace node_libtorch
