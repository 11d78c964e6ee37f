#include <torch/nn/modules/conv.h>

#include "nn/layer.h"

namespace node_libtorch {
namespace {

namespace nn = torch::nn;

const auto conv_fields = [](auto& field, auto& options) {
  field("inChannels", options.in_channels())("outChannels", options.out_channels())(
      "kernelSize", options.kernel_size())("stride", options.stride())(
      "padding", options.padding())("dilation", options.dilation())("groups", options.groups())(
      "paddingMode", options.padding_mode())
      .once("bias", options.bias());
};
const auto transposed_fields = [](auto& field, auto& options) {
  conv_fields(field, options);
  field("outputPadding", options.output_padding());
};

const auto conv1d = layer<nn::Conv1dImpl, 1, nn::Conv1dOptions>("Conv1d", conv_fields);
const auto conv2d = layer<nn::Conv2dImpl, 1, nn::Conv2dOptions>("Conv2d", conv_fields);
const auto conv3d = layer<nn::Conv3dImpl, 1, nn::Conv3dOptions>("Conv3d", conv_fields);
const auto conv_transpose1d = layer<nn::ConvTranspose1dImpl, 1, nn::ConvTranspose1dOptions>(
    "ConvTranspose1d", transposed_fields);
const auto conv_transpose2d = layer<nn::ConvTranspose2dImpl, 1, nn::ConvTranspose2dOptions>(
    "ConvTranspose2d", transposed_fields);
const auto conv_transpose3d = layer<nn::ConvTranspose3dImpl, 1, nn::ConvTranspose3dOptions>(
    "ConvTranspose3d", transposed_fields);

}  // namespace
}  // namespace node_libtorch
