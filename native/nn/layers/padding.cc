#include <torch/nn/modules/padding.h>

#include "nn/layer.h"

namespace node_libtorch {
namespace {

namespace nn = torch::nn;

const auto sides = [](auto& field, auto& options) { field("padding", options.padding()); };
const auto sides_and_value = [](auto& field, auto& options) {
  field("padding", options.padding())("value", options.value());
};

const auto zero1d = layer<nn::ZeroPad1dImpl>("ZeroPad1d", sides);
const auto zero2d = layer<nn::ZeroPad2dImpl>("ZeroPad2d", sides);
const auto zero3d = layer<nn::ZeroPad3dImpl>("ZeroPad3d", sides);
const auto reflection1d = layer<nn::ReflectionPad1dImpl>("ReflectionPad1d", sides);
const auto reflection2d = layer<nn::ReflectionPad2dImpl>("ReflectionPad2d", sides);
const auto reflection3d = layer<nn::ReflectionPad3dImpl>("ReflectionPad3d", sides);
const auto replication1d = layer<nn::ReplicationPad1dImpl>("ReplicationPad1d", sides);
const auto replication2d = layer<nn::ReplicationPad2dImpl>("ReplicationPad2d", sides);
const auto replication3d = layer<nn::ReplicationPad3dImpl>("ReplicationPad3d", sides);
const auto constant1d = layer<nn::ConstantPad1dImpl>("ConstantPad1d", sides_and_value);
const auto constant2d = layer<nn::ConstantPad2dImpl>("ConstantPad2d", sides_and_value);
const auto constant3d = layer<nn::ConstantPad3dImpl>("ConstantPad3d", sides_and_value);

/// torch::nn lacks it.
template <size_t D>
class CircularPad : public torch::nn::Module {
 public:
  explicit CircularPad(const nn::ZeroPadOptions<D>& given) : options(given) {}

  at::Tensor forward(const at::Tensor& input) {
    const size_t dims = input.dim();
    TORCH_CHECK_VALUE(dims == D + 1 || dims == D + 2, "CircularPad", D, "d: expected ", D + 1,
                      " or ", D + 2, " dimensions of input, got ", dims);
    return at::pad(input, at::ArrayRef<int64_t>(*options.padding()), "circular");
  }

  nn::ZeroPadOptions<D> options;
};
const auto circular1d = layer<CircularPad<1>>("CircularPad1d", sides);
const auto circular2d = layer<CircularPad<2>>("CircularPad2d", sides);
const auto circular3d = layer<CircularPad<3>>("CircularPad3d", sides);

}  // namespace
}  // namespace node_libtorch
