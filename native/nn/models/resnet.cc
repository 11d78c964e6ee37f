// The ResNet family: "Deep Residual Learning for Image Recognition" (He et al. 2015), with
// torchvision's names, its order of construction (which fixes the random numbers each layer draws)
// and its initialization.
#include <torch/nn/init.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/pooling.h>

#include "napi/call.h"
#include "nn/layers/container.h"

namespace node_libtorch {
namespace {

using torch::nn::BatchNorm2dImpl;
using torch::nn::Conv2dImpl;

ModulePtr conv(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t groups = 1,
               int64_t dilation = 1) {
  const int64_t padding = kernel == 1 ? 0 : dilation * (kernel / 2);
  return std::make_shared<Conv2dImpl>(torch::nn::Conv2dOptions(in, out, kernel)
                                          .stride(stride)
                                          .padding(padding)
                                          .groups(groups)
                                          .dilation(dilation)
                                          .bias(false));
}

ModulePtr batch_norm(int64_t features) { return std::make_shared<BatchNorm2dImpl>(features); }

ModulePtr relu() {
  return std::make_shared<torch::nn::ReLUImpl>(torch::nn::ReLUOptions(/*inplace=*/true));
}

struct BlockOptions {
  int64_t in;
  int64_t planes;
  int64_t stride;
  int64_t groups;
  int64_t base_width;
  int64_t dilation;
  ModulePtr downsample;  ///< null where the shapes agree
};

/// Two 3x3 convolutions and the shortcut around them.
class BasicBlockImpl : public Composite {
 public:
  static constexpr int64_t kExpansion = 1;

  explicit BasicBlockImpl(const BlockOptions& o) : Composite("BasicBlock") {
    if (o.groups != 1 || o.base_width != 64 || o.dilation != 1) {
      throw ArgumentError(
          "resnet: basic blocks take groups 1, widthPerGroup 64 and no dilation only");
    }
    set_child(*this, "conv1", conv(o.in, o.planes, 3, o.stride));
    set_child(*this, "bn1", batch_norm(o.planes));
    set_child(*this, "relu", relu());
    set_child(*this, "conv2", conv(o.planes, o.planes, 3, 1));
    set_child(*this, "bn2", batch_norm(o.planes));
    if (o.downsample) set_child(*this, "downsample", o.downsample);
  }

  at::Tensor forward(const at::Tensor& x) {
    at::Tensor out = run("relu", run("bn1", run("conv1", x)));
    out = run("bn2", run("conv2", out));
    out.add_(has("downsample") ? run("downsample", x) : x);
    return run("relu", out);
  }
};

/// 1x1, 3x3, 1x1. The stride lies on the 3x3 ("ResNet v1.5"), as in torchvision.
class BottleneckImpl : public Composite {
 public:
  static constexpr int64_t kExpansion = 4;

  explicit BottleneckImpl(const BlockOptions& o) : Composite("Bottleneck") {
    const int64_t width = o.planes * o.base_width / 64 * o.groups;
    set_child(*this, "conv1", conv(o.in, width, 1, 1));
    set_child(*this, "bn1", batch_norm(width));
    set_child(*this, "conv2", conv(width, width, 3, o.stride, o.groups, o.dilation));
    set_child(*this, "bn2", batch_norm(width));
    set_child(*this, "conv3", conv(width, o.planes * kExpansion, 1, 1));
    set_child(*this, "bn3", batch_norm(o.planes * kExpansion));
    set_child(*this, "relu", relu());
    if (o.downsample) set_child(*this, "downsample", o.downsample);
  }

  at::Tensor forward(const at::Tensor& x) {
    at::Tensor out = run("relu", run("bn1", run("conv1", x)));
    out = run("relu", run("bn2", run("conv2", out)));
    out = run("bn3", run("conv3", out));
    out.add_(has("downsample") ? run("downsample", x) : x);
    return run("relu", out);
  }
};

struct ResNetOptions {
  bool bottleneck;
  std::vector<int64_t> layers;
  int64_t classes;
  int64_t groups;
  int64_t width_per_group;
  bool zero_init_residual;
  std::vector<int64_t> dilate;  ///< of layers 2 to 4: 1 to dilate instead of striding
};

class ResNetImpl : public Composite {
 public:
  explicit ResNetImpl(const ResNetOptions& options) : Composite("ResNet") {
    set_child(*this, "conv1",
              std::make_shared<Conv2dImpl>(
                  torch::nn::Conv2dOptions(3, 64, 7).stride(2).padding(3).bias(false)));
    set_child(*this, "bn1", batch_norm(64));
    set_child(*this, "relu", relu());
    set_child(*this, "maxpool",
              std::make_shared<torch::nn::MaxPool2dImpl>(
                  torch::nn::MaxPool2dOptions(3).stride(2).padding(1)));
    for (size_t i = 0; i < 4; ++i) {
      const std::string name = "layer" + std::to_string(i + 1);
      const bool dilate = i > 0 && options.dilate[i - 1] != 0;
      const int64_t planes = int64_t{64} << i;
      const int64_t stride = i == 0 ? 1 : 2;
      set_child(
          *this, name,
          options.bottleneck
              ? make_layer<BottleneckImpl>(options, planes, options.layers[i], stride, dilate)
              : make_layer<BasicBlockImpl>(options, planes, options.layers[i], stride, dilate));
    }
    set_child(
        *this, "avgpool",
        std::make_shared<torch::nn::AdaptiveAvgPool2dImpl>(torch::nn::AdaptiveAvgPool2dOptions(1)));
    set_child(*this, "fc", std::make_shared<torch::nn::LinearImpl>(channels_, options.classes));
    initialize(options.zero_init_residual);
  }

  at::Tensor forward(const at::Tensor& input) {
    at::Tensor x = run("maxpool", run("relu", run("bn1", run("conv1", input))));
    for (const char* layer : {"layer1", "layer2", "layer3", "layer4"}) x = run(layer, x);
    return run("fc", run("avgpool", x).flatten(1));
  }

 private:
  template <class Block>
  ModulePtr make_layer(const ResNetOptions& options, int64_t planes, int64_t blocks, int64_t stride,
                       bool dilate) {
    const int64_t first_dilation = dilation_;
    if (dilate) {
      dilation_ *= stride;
      stride = 1;
    }
    ModulePtr downsample;
    if (stride != 1 || channels_ != planes * Block::kExpansion) {
      auto shortcut = std::make_shared<SequentialImpl>();
      shortcut->push_back(conv(channels_, planes * Block::kExpansion, 1, stride));
      shortcut->push_back(batch_norm(planes * Block::kExpansion));
      downsample = shortcut;
    }
    auto layer = std::make_shared<SequentialImpl>();
    for (int64_t i = 0; i < blocks; ++i) {
      layer->push_back(std::make_shared<Block>(BlockOptions{
          channels_, planes, i == 0 ? stride : 1, options.groups, options.width_per_group,
          i == 0 ? first_dilation : dilation_, i == 0 ? downsample : nullptr}));
      channels_ = planes * Block::kExpansion;
    }
    return layer;
  }

  void initialize(bool zero_init_residual) {
    for (const auto& module : modules(/*include_self=*/false)) {
      if (auto* conv2d = module->as<Conv2dImpl>()) {
        torch::nn::init::kaiming_normal_(conv2d->weight, 0, torch::kFanOut, torch::kReLU);
      }
    }
    if (!zero_init_residual) return;
    // Each residual branch then starts as zero, and each block as the identity.
    for (const auto& module : modules(/*include_self=*/false)) {
      const char* last = module->as<BottleneckImpl>()   ? "bn3"
                         : module->as<BasicBlockImpl>() ? "bn2"
                                                        : nullptr;
      if (last == nullptr) continue;
      torch::nn::init::zeros_(children_of(*module)[last]->as<BatchNorm2dImpl>()->weight);
    }
  }

  int64_t channels_ = 64;
  int64_t dilation_ = 1;
};

ModulePtr no_block(const OptionReader&) {
  throw ArgumentError("blocks are made by their network only");
}

const Register<BasicBlockImpl> basic_block({
    .name = "BasicBlock",
    .inputs = 1,
    .create = no_block,
    .forward = forward_one<BasicBlockImpl>,
    .describe = describe_nothing,
    .rebind = rebind<BasicBlockImpl>,
});

const Register<BottleneckImpl> bottleneck({
    .name = "Bottleneck",
    .inputs = 1,
    .create = no_block,
    .forward = forward_one<BottleneckImpl>,
    .describe = describe_nothing,
    .rebind = rebind<BottleneckImpl>,
});

const Register<ResNetImpl> resnet({
    .name = "ResNet",
    .inputs = 1,
    .create = [](const OptionReader& options) -> ModulePtr {
      return std::make_shared<ResNetImpl>(ResNetOptions{
          options.boolean("bottleneck"),
          options.integers("layers", 4),
          options.integer("numClasses"),
          options.integer("groups"),
          options.integer("widthPerGroup"),
          options.boolean("zeroInitResidual"),
          options.integers("dilate", 3),
      });
    },
    .forward = forward_one<ResNetImpl>,
    .describe = describe_nothing,
    .rebind = rebind<ResNetImpl>,
});

}  // namespace
}  // namespace node_libtorch
