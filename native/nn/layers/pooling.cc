#include <torch/nn/modules/pooling.h>

#include "nn/kind.h"

namespace node_libtorch {
namespace {

using torch::nn::AdaptiveAvgPool2dImpl;
using torch::nn::MaxPool2dImpl;

const Register<MaxPool2dImpl> max_pool2d({
    .name = "MaxPool2d",
    .inputs = 1,
    .create = [](const OptionReader& options) -> ModulePtr {
      torch::nn::MaxPool2dOptions result(
          torch::ExpandingArray<2>(options.integers("kernelSize", 2)));
      result.stride(torch::ExpandingArray<2>(options.integers("stride", 2)))
          .padding(torch::ExpandingArray<2>(options.integers("padding", 2)))
          .dilation(torch::ExpandingArray<2>(options.integers("dilation", 2)))
          .ceil_mode(options.boolean("ceilMode"));
      return std::make_shared<MaxPool2dImpl>(result);
    },
    .forward = forward_one<MaxPool2dImpl>,
    .describe =
        [](const torch::nn::Module& module, OptionWriter& writer) {
          const auto& options = static_cast<const MaxPool2dImpl&>(module).options;
          writer.set("kernelSize", at::ArrayRef<int64_t>(*options.kernel_size()))
              .set("stride", at::ArrayRef<int64_t>(*options.stride()))
              .set("padding", at::ArrayRef<int64_t>(*options.padding()))
              .set("dilation", at::ArrayRef<int64_t>(*options.dilation()))
              .set("ceilMode", options.ceil_mode());
        },
    .rebind = rebind<MaxPool2dImpl>,
});

const Register<AdaptiveAvgPool2dImpl> adaptive_avg_pool2d({
    .name = "AdaptiveAvgPool2d",
    .inputs = 1,
    .create = [](const OptionReader& options) -> ModulePtr {
      return std::make_shared<AdaptiveAvgPool2dImpl>(torch::nn::AdaptiveAvgPool2dOptions(
          torch::ExpandingArrayWithOptionalElem<2>(options.optional_integers("outputSize", 2))));
    },
    .forward = forward_one<AdaptiveAvgPool2dImpl>,
    .describe =
        [](const torch::nn::Module& module, OptionWriter& writer) {
          const auto& options = static_cast<const AdaptiveAvgPool2dImpl&>(module).options;
          writer.set("outputSize", at::ArrayRef<std::optional<int64_t>>(*options.output_size()));
        },
    .rebind = rebind<AdaptiveAvgPool2dImpl>,
});

}  // namespace
}  // namespace node_libtorch
