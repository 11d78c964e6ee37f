#pragma once

#include <torch/nn/module.h>

namespace node_libtorch {

struct InPlaceOptions {
  TORCH_ARG(bool, inplace) = false;
};

/// A layer that is one operator on each element, and its form that overwrites the input.
template <at::Tensor (*Fresh)(const at::Tensor&), at::Tensor& (*InPlace)(at::Tensor&)>
class Elementwise : public torch::nn::Module {
 public:
  explicit Elementwise(const InPlaceOptions& given) : options(given) {}

  at::Tensor forward(at::Tensor input) { return options.inplace() ? InPlace(input) : Fresh(input); }

  InPlaceOptions options;
};

}  // namespace node_libtorch
