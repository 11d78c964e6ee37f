#pragma once

#include "optim/optimizer.h"

namespace node_libtorch {

/// Stochastic gradient descent with momentum, as torch.optim.SGD.
/// Values: lr, momentum, dampening, weight_decay, nesterov, maximize. State: momentum_buffer.
class Sgd final : public Optimizer {
 protected:
  void update(const ParamGroup& group, Batch& batch) override;
};

}  // namespace node_libtorch
