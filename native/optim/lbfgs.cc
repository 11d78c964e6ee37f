// torch.optim.LBFGS: its groups live here, its iteration, which calls back for losses, in
// lib/optim.
#include "napi/call.h"
#include "optim/kinds.h"

namespace node_libtorch {
namespace {

class Lbfgs final : public Optimizer {
 protected:
  void update(const ParamGroup&, Batch&) override {
    throw ArgumentError("LBFGS: step needs a closure that computes the loss");
  }
};

}  // namespace

OptimizerPtr make_lbfgs() { return std::make_shared<Lbfgs>(); }

}  // namespace node_libtorch
