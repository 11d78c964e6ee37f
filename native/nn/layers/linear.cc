#include <torch/nn/modules/distance.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>

#include "nn/layer.h"

namespace node_libtorch {
namespace {

namespace nn = torch::nn;

const auto identity = layer<nn::IdentityImpl>("Identity");
/// As Python does it: torch::nn adds the bias after the product of anything but a matrix, which
/// rounds once more.
at::Tensor forward_linear(torch::nn::Module& module, const Inputs& inputs) {
  const auto& layer = static_cast<nn::LinearImpl&>(module);
  return at::linear(inputs[0], layer.weight, layer.bias);
}

const auto linear = layer<nn::LinearImpl>(
    "Linear",
    [](auto& field, auto& options) {
      field("inFeatures", options.in_features())("outFeatures", options.out_features())
          .once("bias", options.bias());
    },
    forward_linear);
const auto bilinear = layer<nn::BilinearImpl, 2>("Bilinear", [](auto& field, auto& options) {
  field("in1Features", options.in1_features())("in2Features", options.in2_features())(
      "outFeatures", options.out_features())
      .once("bias", options.bias());
});
const auto flatten = layer<nn::FlattenImpl>("Flatten", [](auto& field, auto& options) {
  field("startDim", options.start_dim())("endDim", options.end_dim());
});
const auto unflatten = layer<nn::UnflattenImpl>("Unflatten", [](auto& field, auto& options) {
  field("dim", options.dim())("unflattenedSize", options.sizes());
});
const auto embedding = layer<nn::EmbeddingImpl>("Embedding", [](auto& field, auto& options) {
  field("numEmbeddings", options.num_embeddings())("embeddingDim", options.embedding_dim())(
      "paddingIdx", options.padding_idx())("maxNorm", options.max_norm())(
      "normType", options.norm_type())("scaleGradByFreq", options.scale_grad_by_freq())(
      "sparse", options.sparse());
});
const auto cosine_similarity = layer<nn::CosineSimilarityImpl, 2>(
    "CosineSimilarity",
    [](auto& field, auto& options) { field("dim", options.dim())("eps", options.eps()); });
const auto pairwise_distance =
    layer<nn::PairwiseDistanceImpl, 2>("PairwiseDistance", [](auto& field, auto& options) {
      field("p", options.p())("eps", options.eps())("keepdim", options.keepdim());
    });

}  // namespace
}  // namespace node_libtorch
