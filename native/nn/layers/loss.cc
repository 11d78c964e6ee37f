#include <torch/nn/modules/loss.h>

#include "nn/layer.h"

namespace node_libtorch {
namespace {

namespace nn = torch::nn;

// Weights are buffers, which TypeScript sets after creation.

const auto reduction = [](auto& field, auto& options) { field("reduction", options.reduction()); };
const auto margin = [](auto& field, auto& options) {
  field("margin", options.margin())("reduction", options.reduction());
};

const auto l1 = layer<nn::L1LossImpl, 2>("L1Loss", reduction);
const auto mse = layer<nn::MSELossImpl, 2>("MSELoss", reduction);
const auto bce = layer<nn::BCELossImpl, 2>("BCELoss", reduction);
const auto bce_with_logits = layer<nn::BCEWithLogitsLossImpl, 2>("BCEWithLogitsLoss", reduction);
const auto soft_margin = layer<nn::SoftMarginLossImpl, 2>("SoftMarginLoss", reduction);
const auto multi_label = layer<nn::MultiLabelMarginLossImpl, 2>("MultiLabelMarginLoss", reduction);
const auto multi_label_soft =
    layer<nn::MultiLabelSoftMarginLossImpl, 2>("MultiLabelSoftMarginLoss", reduction);
const auto hinge = layer<nn::HingeEmbeddingLossImpl, 2>("HingeEmbeddingLoss", margin);
const auto ranking = layer<nn::MarginRankingLossImpl, 3>("MarginRankingLoss", margin);
const auto cosine = layer<nn::CosineEmbeddingLossImpl, 3>("CosineEmbeddingLoss", margin);

const auto kl_div = layer<nn::KLDivLossImpl, 2>("KLDivLoss", [](auto& field, auto& options) {
  field("reduction", options.reduction())("logTarget", options.log_target());
});
const auto smooth_l1 =
    layer<nn::SmoothL1LossImpl, 2>("SmoothL1Loss", [](auto& field, auto& options) {
      field("reduction", options.reduction())("beta", options.beta());
    });
const auto huber = layer<nn::HuberLossImpl, 2>("HuberLoss", [](auto& field, auto& options) {
  field("reduction", options.reduction())("delta", options.delta());
});
const auto poisson =
    layer<nn::PoissonNLLLossImpl, 2>("PoissonNLLLoss", [](auto& field, auto& options) {
      field("logInput", options.log_input())("full", options.full())("eps", options.eps())(
          "reduction", options.reduction());
    });
const auto multi_margin =
    layer<nn::MultiMarginLossImpl, 2>("MultiMarginLoss", [](auto& field, auto& options) {
      field("p", options.p())("margin", options.margin())("reduction", options.reduction());
    });
const auto triplet =
    layer<nn::TripletMarginLossImpl, 3>("TripletMarginLoss", [](auto& field, auto& options) {
      field("margin", options.margin())("p", options.p())("eps", options.eps())(
          "swap", options.swap())("reduction", options.reduction());
    });
const auto nll = layer<nn::NLLLossImpl, 2>("NLLLoss", [](auto& field, auto& options) {
  field("ignoreIndex", options.ignore_index())("reduction", options.reduction());
});
const auto cross_entropy =
    layer<nn::CrossEntropyLossImpl, 2>("CrossEntropyLoss", [](auto& field, auto& options) {
      field("ignoreIndex", options.ignore_index())("reduction", options.reduction())(
          "labelSmoothing", options.label_smoothing());
    });

}  // namespace
}  // namespace node_libtorch
