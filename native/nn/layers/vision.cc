#include <torch/nn/functional/upsampling.h>
#include <torch/nn/modules/fold.h>
#include <torch/nn/modules/pixelshuffle.h>

#include "nn/layer.h"

namespace node_libtorch {
namespace {

namespace nn = torch::nn;

const auto pixel_shuffle = layer<nn::PixelShuffleImpl>(
    "PixelShuffle",
    [](auto& field, auto& options) { field("upscaleFactor", options.upscale_factor()); });
const auto pixel_unshuffle = layer<nn::PixelUnshuffleImpl>(
    "PixelUnshuffle",
    [](auto& field, auto& options) { field("downscaleFactor", options.downscale_factor()); });

const auto unfold_fields = [](auto& field, auto& options) {
  field("kernelSize", options.kernel_size())("dilation", options.dilation())(
      "padding", options.padding())("stride", options.stride());
};
const auto unfold = layer<nn::UnfoldImpl>("Unfold", unfold_fields);
const auto fold = layer<nn::FoldImpl>("Fold", [](auto& field, auto& options) {
  field("outputSize", options.output_size());
  unfold_fields(field, options);
});

struct ChannelShuffleOptions {
  TORCH_ARG(int64_t, groups) = 1;
};

/// torch::nn lacks it.
class ChannelShuffleImpl : public torch::nn::Module {
 public:
  explicit ChannelShuffleImpl(const ChannelShuffleOptions& given) : options(given) {}
  at::Tensor forward(const at::Tensor& input) {
    return at::channel_shuffle(input, options.groups());
  }
  ChannelShuffleOptions options;
};
const auto channel_shuffle = layer<ChannelShuffleImpl>(
    "ChannelShuffle", [](auto& field, auto& options) { field("groups", options.groups()); });

struct UpsampleOptions {
  TORCH_ARG(std::optional<std::vector<int64_t>>, size);
  TORCH_ARG(std::optional<std::vector<double>>, scale_factor);
  TORCH_ARG(nn::functional::InterpolateFuncOptions::mode_t, mode) = torch::kNearest;
  TORCH_ARG(std::optional<bool>, align_corners);
  TORCH_ARG(std::optional<bool>, recompute_scale_factor);
};

/// As torch::nn's, which cannot take one number for all dimensions: it is made before their number
/// is known.
class UpsampleImpl : public torch::nn::Module {
 public:
  explicit UpsampleImpl(const UpsampleOptions& given) : options(given) {}

  at::Tensor forward(const at::Tensor& input) {
    auto size = options.size();
    auto scale = options.scale_factor();
    const size_t dims = input.dim() > 2 ? input.dim() - 2 : 1;
    if (size && size->size() == 1) size->assign(dims, size->front());
    if (scale && scale->size() == 1) scale->assign(dims, scale->front());
    return nn::functional::interpolate(
        input, nn::functional::InterpolateFuncOptions()
                   .size(size)
                   .scale_factor(scale)
                   .mode(options.mode())
                   .align_corners(options.align_corners())
                   .recompute_scale_factor(options.recompute_scale_factor()));
  }

  UpsampleOptions options;
};
const auto size_fields = [](auto& field, auto& options) {
  field("size", options.size())("scaleFactor", options.scale_factor());
};
const auto upsample = layer<UpsampleImpl>("Upsample", [](auto& field, auto& options) {
  size_fields(field, options);
  field("mode", options.mode())("alignCorners", options.align_corners())(
      "recomputeScaleFactor", options.recompute_scale_factor());
});

// Python's two older names, which print as classes of their own.
struct UpsamplingNearest2dImpl : UpsampleImpl {
  using UpsampleImpl::UpsampleImpl;
};
struct UpsamplingBilinear2dImpl : UpsampleImpl {
  explicit UpsamplingBilinear2dImpl(UpsampleOptions given)
      : UpsampleImpl(given.mode(torch::kBilinear).align_corners(true)) {}
};
const auto nearest2d = layer<UpsamplingNearest2dImpl>("UpsamplingNearest2d", size_fields);
const auto bilinear2d = layer<UpsamplingBilinear2dImpl>("UpsamplingBilinear2d", size_fields);

}  // namespace
}  // namespace node_libtorch
