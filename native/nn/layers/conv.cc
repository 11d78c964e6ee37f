#include <torch/nn/modules/conv.h>

#include "napi/call.h"
#include "nn/kind.h"

namespace node_libtorch {
namespace {

using torch::nn::Conv2dImpl;

using PaddingMode = torch::nn::detail::conv_padding_mode_t;

PaddingMode padding_mode(const std::string& name) {
  if (name == "zeros") return torch::kZeros;
  if (name == "reflect") return torch::kReflect;
  if (name == "replicate") return torch::kReplicate;
  if (name == "circular") return torch::kCircular;
  throw ArgumentError("conv2d: unknown paddingMode '" + name + "'");
}

const char* name_of(const PaddingMode& mode) {
  constexpr const char* kNames[] = {"zeros", "reflect", "replicate", "circular"};
  return kNames[mode.index()];
}

torch::nn::Conv2dOptions conv_options(const OptionReader& options) {
  torch::nn::Conv2dOptions result(options.integer("inChannels"), options.integer("outChannels"),
                                  torch::ExpandingArray<2>(options.integers("kernelSize", 2)));
  result.stride(torch::ExpandingArray<2>(options.integers("stride", 2)))
      .dilation(torch::ExpandingArray<2>(options.integers("dilation", 2)))
      .groups(options.integer("groups"))
      .bias(options.boolean("bias"))
      .padding_mode(padding_mode(options.string("paddingMode")));
  const std::string named = options.has("namedPadding") ? options.string("namedPadding") : "";
  if (named == "same") {
    result.padding(torch::kSame);
  } else if (named == "valid") {
    result.padding(torch::kValid);
  } else {
    result.padding(torch::ExpandingArray<2>(options.integers("padding", 2)));
  }
  return result;
}

void describe_conv(const torch::nn::Module& module, OptionWriter& writer) {
  const auto& options = static_cast<const Conv2dImpl&>(module).options;
  writer.set("inChannels", options.in_channels())
      .set("outChannels", options.out_channels())
      .set("kernelSize", at::ArrayRef<int64_t>(*options.kernel_size()))
      .set("stride", at::ArrayRef<int64_t>(*options.stride()))
      .set("dilation", at::ArrayRef<int64_t>(*options.dilation()))
      .set("groups", options.groups())
      .set("paddingMode", name_of(options.padding_mode()));
  const auto& padding = options.padding();
  if (std::holds_alternative<torch::enumtype::kSame>(padding)) {
    writer.set("padding", "same");
  } else if (std::holds_alternative<torch::enumtype::kValid>(padding)) {
    writer.set("padding", "valid");
  } else {
    writer.set("padding", at::ArrayRef<int64_t>(*std::get<torch::ExpandingArray<2>>(padding)));
  }
}

const Register<Conv2dImpl> conv2d({
    .name = "Conv2d",
    .inputs = 1,
    .create = [](const OptionReader& options) -> ModulePtr {
      return std::make_shared<Conv2dImpl>(conv_options(options));
    },
    .forward = forward_one<Conv2dImpl>,
    .describe = describe_conv,
    .rebind = rebind<Conv2dImpl>,
});

}  // namespace
}  // namespace node_libtorch
