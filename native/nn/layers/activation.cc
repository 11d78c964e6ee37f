#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/dropout.h>

#include "nn/kind.h"

namespace node_libtorch {
namespace {

using torch::nn::DropoutImpl;
using torch::nn::ReLUImpl;

const Register<ReLUImpl> relu({
    .name = "ReLU",
    .inputs = 1,
    .create = [](const OptionReader& options) -> ModulePtr {
      return std::make_shared<ReLUImpl>(torch::nn::ReLUOptions(options.boolean("inplace")));
    },
    .forward = forward_one<ReLUImpl>,
    .describe =
        [](const torch::nn::Module& module, OptionWriter& options) {
          options.set("inplace", static_cast<const ReLUImpl&>(module).options.inplace());
        },
    .rebind = rebind<ReLUImpl>,
});

const Register<DropoutImpl> dropout({
    .name = "Dropout",
    .inputs = 1,
    .create = [](const OptionReader& options) -> ModulePtr {
      return std::make_shared<DropoutImpl>(
          torch::nn::DropoutOptions(options.number("p")).inplace(options.boolean("inplace")));
    },
    .forward = forward_one<DropoutImpl>,
    .describe =
        [](const torch::nn::Module& module, OptionWriter& writer) {
          const auto& options = static_cast<const DropoutImpl&>(module).options;
          writer.set("p", options.p()).set("inplace", options.inplace());
        },
    .rebind = rebind<DropoutImpl>,
});

}  // namespace
}  // namespace node_libtorch
