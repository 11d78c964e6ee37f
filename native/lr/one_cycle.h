#pragma once

#include <vector>

#include "lr/scheduler.h"

namespace node_libtorch {

/// The one-cycle policy of "Super-Convergence" (Smith and Topin 2017), as
/// torch.optim.lr_scheduler.OneCycleLR. Each group carries initial_lr, max_lr and min_lr and, where
/// momentum is cycled, base_momentum and max_momentum.
class OneCycle final : public Scheduler {
 public:
  struct Options {
    double total_steps;
    double pct_start;
    bool linear;  ///< anneal along a line, not a cosine
    bool three_phase;
    bool cycle_momentum;
    bool cycle_beta1;  ///< momentum is Adam's first beta
  };
  /// Writes the values of step 0 at once.
  OneCycle(std::shared_ptr<Optimizer> optimizer, const Options& options);

 protected:
  void apply(int64_t epoch) override;

 private:
  struct Phase {
    double end;  ///< last step; not rounded
    const char *lr_from, *lr_to, *momentum_from, *momentum_to;
  };
  Options options_;
  std::vector<Phase> phases_;
};

}  // namespace node_libtorch
