#include <torch/nn/modules/dropout.h>

#include "nn/layer.h"

namespace node_libtorch {
namespace {

namespace nn = torch::nn;

const auto dropout_fields = [](auto& field, auto& options) {
  field("p", options.p())("inplace", options.inplace());
};

const auto dropout = layer<nn::DropoutImpl>("Dropout", dropout_fields);
const auto dropout2d = layer<nn::Dropout2dImpl>("Dropout2d", dropout_fields);
const auto dropout3d = layer<nn::Dropout3dImpl>("Dropout3d", dropout_fields);
const auto alpha_dropout = layer<nn::AlphaDropoutImpl>("AlphaDropout", dropout_fields);
const auto feature_alpha =
    layer<nn::FeatureAlphaDropoutImpl>("FeatureAlphaDropout", dropout_fields);

/// Whole channels of [N, C, L]; torch::nn has it for 2 and 3 dimensions only.
class Dropout1dImpl : public torch::nn::Module {
 public:
  explicit Dropout1dImpl(const nn::DropoutOptions& given) : options(given) {}

  at::Tensor forward(at::Tensor input) {
    TORCH_CHECK_VALUE(input.dim() == 2 || input.dim() == 3,
                      "Dropout1d: expected 2 or 3 dimensions of input, got ", input.dim());
    const bool lacks_batch = input.dim() == 2;
    at::Tensor batch = lacks_batch ? input.unsqueeze(0) : input;
    batch = options.inplace() ? at::feature_dropout_(batch, options.p(), is_training())
                              : at::feature_dropout(batch, options.p(), is_training());
    return lacks_batch ? batch.squeeze(0) : batch;
  }

  nn::DropoutOptions options;
};
const auto dropout1d = layer<Dropout1dImpl>("Dropout1d", dropout_fields);

}  // namespace
}  // namespace node_libtorch
