#include <torch/nn/init.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/instancenorm.h>
#include <torch/nn/modules/normalization.h>

#include "napi/call.h"
#include "nn/layer.h"

namespace node_libtorch {
namespace {

namespace nn = torch::nn;

const auto batch_fields = [](auto& field, auto& options) {
  // Without momentum the running statistics are plain averages over all batches.
  field("numFeatures", options.num_features())("eps", options.eps())(
      "momentum", options.momentum())("affine", options.affine())("trackRunningStats",
                                                                  options.track_running_stats());
};

/// As in Python, a batch is not normalized by a variance that may be 0.
template <class Impl>
at::Tensor forward_batch_norm(torch::nn::Module& module, const Inputs& inputs) {
  auto& layer = static_cast<Impl&>(module);
  const double eps = layer.options.eps();
  if (eps <= 0 && (layer.is_training() || !layer.running_mean.defined())) {
    throw ArgumentRangeError(std::string(kind_of(module).name) +
                             ": expected an eps above 0 in training, got " + std::to_string(eps));
  }
  return layer.forward(inputs[0]);
}

template <class Impl>
Register<Impl> batch_norm(const char* name) {
  return layer<Impl>(name, batch_fields, forward_batch_norm<Impl>);
}
const auto batch_norm1d = batch_norm<nn::BatchNorm1dImpl>("BatchNorm1d");
const auto batch_norm2d = batch_norm<nn::BatchNorm2dImpl>("BatchNorm2d");
const auto batch_norm3d = batch_norm<nn::BatchNorm3dImpl>("BatchNorm3d");
const auto instance_norm1d = layer<nn::InstanceNorm1dImpl>("InstanceNorm1d", batch_fields);
const auto instance_norm2d = layer<nn::InstanceNorm2dImpl>("InstanceNorm2d", batch_fields);
const auto instance_norm3d = layer<nn::InstanceNorm3dImpl>("InstanceNorm3d", batch_fields);

const auto layer_norm = layer<nn::LayerNormImpl>("LayerNorm", [](auto& field, auto& options) {
  field("normalizedShape", options.normalized_shape())("eps", options.eps())(
      "elementwiseAffine", options.elementwise_affine());
});
const auto group_norm = layer<nn::GroupNormImpl>("GroupNorm", [](auto& field, auto& options) {
  field("numGroups", options.num_groups())("numChannels", options.num_channels())(
      "eps", options.eps())("affine", options.affine());
});
const auto local_response_norm =
    layer<nn::LocalResponseNormImpl>("LocalResponseNorm", [](auto& field, auto& options) {
      field("size", options.size())("alpha", options.alpha())("beta", options.beta())("k",
                                                                                      options.k());
    });

struct RMSNormOptions {
  TORCH_ARG(std::vector<int64_t>, normalized_shape);
  TORCH_ARG(std::optional<double>, eps);
  TORCH_ARG(bool, elementwise_affine) = true;
};

/// torch::nn lacks it.
class RMSNormImpl : public torch::nn::Module {
 public:
  explicit RMSNormImpl(const RMSNormOptions& given) : options(given) {
    // Libtorch warns of a gradient that is asked of nothing.
    const bool has_weight = options.elementwise_affine();
    weight = register_parameter(
        "weight", has_weight ? torch::ones(options.normalized_shape()) : at::Tensor(), has_weight);
  }

  at::Tensor forward(const at::Tensor& input) {
    const auto scale = weight.defined() ? std::optional<at::Tensor>(weight) : std::nullopt;
    return at::rms_norm(input, options.normalized_shape(), scale, options.eps());
  }

  RMSNormOptions options;
  at::Tensor weight;
};
const auto rms_norm = layer<RMSNormImpl>("RMSNorm", [](auto& field, auto& options) {
  field("normalizedShape", options.normalized_shape())("eps", options.eps())(
      "elementwiseAffine", options.elementwise_affine());
});

}  // namespace
}  // namespace node_libtorch
