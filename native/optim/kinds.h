// The kinds of optimizers. Values and state have the names of torch.optim's.
#pragma once

#include "napi/handle.h"
#include "optim/optimizer.h"

namespace node_libtorch {

OptimizerPtr make_adadelta();
OptimizerPtr make_adafactor();
OptimizerPtr make_adagrad();
OptimizerPtr make_adam();
OptimizerPtr make_adamax();
OptimizerPtr make_adamw();
OptimizerPtr make_asgd();
OptimizerPtr make_lbfgs();
OptimizerPtr make_muon();
OptimizerPtr make_nadam();
OptimizerPtr make_radam();
OptimizerPtr make_rmsprop();
OptimizerPtr make_rprop();
OptimizerPtr make_sgd();
OptimizerPtr make_sparse_adam();

}  // namespace node_libtorch
