#include <torch/nn/modules/activation.h>

#include "nn/layer.h"
#include "nn/layers/elementwise.h"

namespace node_libtorch {
namespace {

namespace nn = torch::nn;

const auto in_place_only = [](auto& field, auto& options) { field("inplace", options.inplace()); };
const auto alpha = [](auto& field, auto& options) {
  field("alpha", options.alpha())("inplace", options.inplace());
};
const auto dim = [](auto& field, auto& options) { field("dim", options.dim()); };
const auto lambda = [](auto& field, auto& options) { field("lambd", options.lambda()); };

const auto relu = layer<nn::ReLUImpl>("ReLU", in_place_only);
const auto relu6 = layer<nn::ReLU6Impl>("ReLU6", in_place_only);
const auto selu = layer<nn::SELUImpl>("SELU", in_place_only);
const auto elu = layer<nn::ELUImpl>("ELU", alpha);
const auto celu = layer<nn::CELUImpl>("CELU", alpha);
const auto glu = layer<nn::GLUImpl>("GLU", dim);
const auto softmax = layer<nn::SoftmaxImpl>("Softmax", dim);
const auto softmin = layer<nn::SoftminImpl>("Softmin", dim);
const auto log_softmax = layer<nn::LogSoftmaxImpl>("LogSoftmax", dim);
const auto hardshrink = layer<nn::HardshrinkImpl>("Hardshrink", lambda);
const auto softshrink = layer<nn::SoftshrinkImpl>("Softshrink", lambda);
const auto softmax2d = layer<nn::Softmax2dImpl>("Softmax2d");
const auto sigmoid = layer<nn::SigmoidImpl>("Sigmoid");
const auto tanh = layer<nn::TanhImpl>("Tanh");
const auto tanhshrink = layer<nn::TanhshrinkImpl>("Tanhshrink");
const auto softsign = layer<nn::SoftsignImpl>("Softsign");
const auto log_sigmoid = layer<nn::LogSigmoidImpl>("LogSigmoid");

const auto gelu = layer<nn::GELUImpl>(
    "GELU", [](auto& field, auto& options) { field("approximate", options.approximate()); });
const auto hardtanh = layer<nn::HardtanhImpl>("Hardtanh", [](auto& field, auto& options) {
  field("minVal", options.min_val())("maxVal", options.max_val())("inplace", options.inplace());
});
const auto leaky_relu = layer<nn::LeakyReLUImpl>("LeakyReLU", [](auto& field, auto& options) {
  field("negativeSlope", options.negative_slope())("inplace", options.inplace());
});
const auto prelu = layer<nn::PReLUImpl>("PReLU", [](auto& field, auto& options) {
  field("numParameters", options.num_parameters()).once("init", options.init());
});
const auto rrelu = layer<nn::RReLUImpl>("RReLU", [](auto& field, auto& options) {
  field("lower", options.lower())("upper", options.upper())("inplace", options.inplace());
});
const auto softplus = layer<nn::SoftplusImpl>("Softplus", [](auto& field, auto& options) {
  field("beta", options.beta())("threshold", options.threshold());
});
const auto threshold = layer<nn::ThresholdImpl>("Threshold", [](auto& field, auto& options) {
  field("threshold", options.threshold())("value", options.value())("inplace", options.inplace());
});

// torch::nn lacks these, or their choice to work in place.
using SiLUImpl = Elementwise<at::silu, at::silu_>;
using MishImpl = Elementwise<at::mish, at::mish_>;
using HardswishImpl = Elementwise<at::hardswish, at::hardswish_>;
using HardsigmoidImpl = Elementwise<at::hardsigmoid, at::hardsigmoid_>;

const auto silu = layer<SiLUImpl>("SiLU", in_place_only);
const auto mish = layer<MishImpl>("Mish", in_place_only);
const auto hardswish = layer<HardswishImpl>("Hardswish", in_place_only);
const auto hardsigmoid = layer<HardsigmoidImpl>("Hardsigmoid", in_place_only);

}  // namespace
}  // namespace node_libtorch
