#include <torch/nn/modules/linear.h>

#include "nn/kind.h"

namespace node_libtorch {
namespace {

using torch::nn::FlattenImpl;
using torch::nn::IdentityImpl;
using torch::nn::LinearImpl;

const Register<LinearImpl> linear({
    .name = "Linear",
    .inputs = 1,
    .create = [](const OptionReader& options) -> ModulePtr {
      return std::make_shared<LinearImpl>(
          torch::nn::LinearOptions(options.integer("inFeatures"), options.integer("outFeatures"))
              .bias(options.boolean("bias")));
    },
    .forward = forward_one<LinearImpl>,
    .describe =
        [](const torch::nn::Module& module, OptionWriter& options) {
          const auto& layer = static_cast<const LinearImpl&>(module);
          options.set("inFeatures", layer.options.in_features())
              .set("outFeatures", layer.options.out_features());
        },
    .rebind = rebind<LinearImpl>,
});

const Register<FlattenImpl> flatten({
    .name = "Flatten",
    .inputs = 1,
    .create = [](const OptionReader& options) -> ModulePtr {
      return std::make_shared<FlattenImpl>(torch::nn::FlattenOptions()
                                               .start_dim(options.integer("startDim"))
                                               .end_dim(options.integer("endDim")));
    },
    .forward = forward_one<FlattenImpl>,
    .describe =
        [](const torch::nn::Module& module, OptionWriter& options) {
          const auto& layer = static_cast<const FlattenImpl&>(module);
          options.set("startDim", layer.options.start_dim()).set("endDim", layer.options.end_dim());
        },
    .rebind = rebind<FlattenImpl>,
});

const Register<IdentityImpl> identity({
    .name = "Identity",
    .inputs = 1,
    .create = [](const OptionReader&) -> ModulePtr { return std::make_shared<IdentityImpl>(); },
    .forward = forward_one<IdentityImpl>,
    .describe = describe_nothing,
    .rebind = rebind<IdentityImpl>,
});

}  // namespace
}  // namespace node_libtorch
