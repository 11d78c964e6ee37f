#include <torch/nn/modules/batchnorm.h>

#include "nn/kind.h"

namespace node_libtorch {
namespace {

using torch::nn::BatchNorm2dImpl;

const Register<BatchNorm2dImpl> batch_norm2d({
    .name = "BatchNorm2d",
    .inputs = 1,
    .create = [](const OptionReader& options) -> ModulePtr {
      torch::nn::BatchNormOptions result(options.integer("numFeatures"));
      result.eps(options.number("eps"))
          .affine(options.boolean("affine"))
          .track_running_stats(options.boolean("trackRunningStats"));
      // Without momentum the running statistics are plain averages over all batches.
      result.momentum(options.has("momentum") ? std::optional<double>(options.number("momentum"))
                                              : std::nullopt);
      return std::make_shared<BatchNorm2dImpl>(result);
    },
    .forward = forward_one<BatchNorm2dImpl>,
    .describe =
        [](const torch::nn::Module& module, OptionWriter& writer) {
          const auto& options = static_cast<const BatchNorm2dImpl&>(module).options;
          writer.set("numFeatures", options.num_features())
              .set("eps", options.eps())
              .set("affine", options.affine())
              .set("trackRunningStats", options.track_running_stats());
          if (options.momentum()) writer.set("momentum", *options.momentum());
        },
    .rebind = rebind<BatchNorm2dImpl>,
});

}  // namespace
}  // namespace node_libtorch
