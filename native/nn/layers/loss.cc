#include <torch/nn/modules/loss.h>

#include "napi/call.h"
#include "nn/kind.h"

namespace node_libtorch {
namespace {

using torch::nn::CrossEntropyLossImpl;

torch::nn::CrossEntropyLossOptions::reduction_t reduction(const std::string& name) {
  if (name == "none") return torch::kNone;
  if (name == "mean") return torch::kMean;
  if (name == "sum") return torch::kSum;
  throw ArgumentError("crossEntropyLoss: unknown reduction '" + name + "'");
}

// The class weights are a buffer, which TypeScript sets after creation.
const Register<CrossEntropyLossImpl> cross_entropy_loss({
    .name = "CrossEntropyLoss",
    .inputs = 2,
    .create = [](const OptionReader& options) -> ModulePtr {
      return std::make_shared<CrossEntropyLossImpl>(
          torch::nn::CrossEntropyLossOptions()
              .ignore_index(options.integer("ignoreIndex"))
              .reduction(reduction(options.string("reduction")))
              .label_smoothing(options.number("labelSmoothing")));
    },
    .forward = [](torch::nn::Module& module, const Inputs& inputs) -> at::Tensor {
      return static_cast<CrossEntropyLossImpl&>(module).forward(inputs[0], inputs[1]);
    },
    .describe =
        [](const torch::nn::Module& module, OptionWriter& writer) {
          const auto& options = static_cast<const CrossEntropyLossImpl&>(module).options;
          writer.set("ignoreIndex", options.ignore_index())
              .set("labelSmoothing", options.label_smoothing());
        },
    .rebind =
        [](torch::nn::Module& module) {
          auto& loss = static_cast<CrossEntropyLossImpl&>(module);
          if (const at::Tensor* weight = buffers_of(module).find("weight")) loss.weight = *weight;
        },
});

}  // namespace
}  // namespace node_libtorch
