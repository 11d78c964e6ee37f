// The momentum of batch normalization, which lib/optim/swa-utils changes for a while.
#include "nn/batch_norm.h"

#include <torch/nn/modules/batchnorm.h>

#include <optional>

#include "napi/call.h"

namespace node_libtorch {
namespace {

template <class... Impl>
std::optional<double>* momentum_of(torch::nn::Module& module) {
  std::optional<double>* momentum = nullptr;
  const auto look = [&](auto* batch_norm) {
    if (batch_norm != nullptr) momentum = &batch_norm->options.momentum();
  };
  (look(dynamic_cast<Impl*>(&module)), ...);
  return momentum;
}

/// swapBatchNormMomentum(module, momentum | null) → the momentum there was, or undefined if the
/// module is no batch normalization.
napi_value swap_batch_norm_momentum(Call& call) {
  std::optional<double>* momentum =
      momentum_of<torch::nn::BatchNorm1dImpl, torch::nn::BatchNorm2dImpl,
                  torch::nn::BatchNorm3dImpl>(*call.handle<ModulePtr>(0, "module"));
  if (momentum == nullptr) return call.undefined();
  const std::optional<double> before = *momentum;
  *momentum = call.absent(1) ? std::nullopt : std::optional(call.number(1, "momentum"));
  return before ? call.number_value(*before) : Napi::Env(call.env()).Null();
}

constexpr Export kExports[] = {{"swapBatchNormMomentum", swap_batch_norm_momentum}};

}  // namespace

void export_batch_norm(Addon& addon, Napi::Object exports) {
  add_exports(addon, exports, kExports);
}

}  // namespace node_libtorch
