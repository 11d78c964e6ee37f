#include <torch/nn/modules/pooling.h>

#include "nn/layer.h"

namespace node_libtorch {
namespace {

namespace nn = torch::nn;

const auto max_fields = [](auto& field, auto& options) {
  field("kernelSize", options.kernel_size())("stride", options.stride())(
      "padding", options.padding())("dilation", options.dilation())("ceilMode",
                                                                    options.ceil_mode());
};
const auto max_pool1d = layer<nn::MaxPool1dImpl>("MaxPool1d", max_fields);
const auto max_pool2d = layer<nn::MaxPool2dImpl>("MaxPool2d", max_fields);
const auto max_pool3d = layer<nn::MaxPool3dImpl>("MaxPool3d", max_fields);

const auto unpool_fields = [](auto& field, auto& options) {
  field("kernelSize", options.kernel_size())("stride", options.stride())("padding",
                                                                         options.padding());
};
const auto max_unpool1d = layer<nn::MaxUnpool1dImpl, 2>("MaxUnpool1d", unpool_fields);
const auto max_unpool2d = layer<nn::MaxUnpool2dImpl, 2>("MaxUnpool2d", unpool_fields);
const auto max_unpool3d = layer<nn::MaxUnpool3dImpl, 2>("MaxUnpool3d", unpool_fields);

const auto average_fields = [](auto& field, auto& options) {
  field("kernelSize", options.kernel_size())("stride", options.stride())(
      "padding", options.padding())("ceilMode", options.ceil_mode())("countIncludePad",
                                                                     options.count_include_pad());
};
const auto divided_fields = [](auto& field, auto& options) {
  average_fields(field, options);
  field("divisorOverride", options.divisor_override());
};
const auto avg_pool1d = layer<nn::AvgPool1dImpl>("AvgPool1d", average_fields);
const auto avg_pool2d = layer<nn::AvgPool2dImpl>("AvgPool2d", divided_fields);
const auto avg_pool3d = layer<nn::AvgPool3dImpl>("AvgPool3d", divided_fields);

const auto power_fields = [](auto& field, auto& options) {
  field("normType", options.norm_type())("kernelSize", options.kernel_size())(
      "stride", options.stride())("ceilMode", options.ceil_mode());
};
const auto lp_pool1d = layer<nn::LPPool1dImpl>("LPPool1d", power_fields);
const auto lp_pool2d = layer<nn::LPPool2dImpl>("LPPool2d", power_fields);
const auto lp_pool3d = layer<nn::LPPool3dImpl>("LPPool3d", power_fields);

const auto size_field = [](auto& field, auto& options) {
  field("outputSize", options.output_size());
};
const auto adaptive_avg1d = layer<nn::AdaptiveAvgPool1dImpl>("AdaptiveAvgPool1d", size_field);
const auto adaptive_avg2d = layer<nn::AdaptiveAvgPool2dImpl>("AdaptiveAvgPool2d", size_field);
const auto adaptive_avg3d = layer<nn::AdaptiveAvgPool3dImpl>("AdaptiveAvgPool3d", size_field);
const auto adaptive_max1d = layer<nn::AdaptiveMaxPool1dImpl>("AdaptiveMaxPool1d", size_field);
const auto adaptive_max2d = layer<nn::AdaptiveMaxPool2dImpl>("AdaptiveMaxPool2d", size_field);
const auto adaptive_max3d = layer<nn::AdaptiveMaxPool3dImpl>("AdaptiveMaxPool3d", size_field);

const auto fractional_fields = [](auto& field, auto& options) {
  field("kernelSize", options.kernel_size())("outputSize", options.output_size())(
      "outputRatio", options.output_ratio());
};
const auto fractional2d =
    layer<nn::FractionalMaxPool2dImpl>("FractionalMaxPool2d", fractional_fields);
const auto fractional3d =
    layer<nn::FractionalMaxPool3dImpl>("FractionalMaxPool3d", fractional_fields);

}  // namespace
}  // namespace node_libtorch
