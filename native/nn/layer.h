// Layers of torch::nn as kinds: what a layer adds is the list of its options.
//
//   const auto elu = layer<torch::nn::ELUImpl>("ELU", [](auto& field, auto& options) {
//     field("alpha", options.alpha())("inplace", options.inplace());
//   });
#pragma once

#include <utility>

#include "nn/fields.h"
#include "nn/kind.h"

namespace node_libtorch {

template <class Impl>
using OptionsOf = std::remove_cvref_t<decltype(Impl::options)>;

/// Options to be filled in: most of torch::nn's have no default constructor.
template <class Options>
Options blank_options() {
  if constexpr (std::is_default_constructible_v<Options>) {
    return Options();
  } else if constexpr (std::is_constructible_v<Options, int64_t>) {
    return Options(int64_t{1});
  } else if constexpr (std::is_constructible_v<Options, std::vector<int64_t>>) {
    return Options(std::vector<int64_t>{1});
  } else if constexpr (std::is_constructible_v<Options, int64_t, int64_t>) {
    return Options(int64_t{1}, int64_t{1});
  } else if constexpr (std::is_constructible_v<Options, double, double>) {
    return Options(1.0, 1.0);
  } else if constexpr (std::is_constructible_v<Options, int64_t, std::vector<int64_t>>) {
    return Options(int64_t{1}, std::vector<int64_t>{1});
  } else {
    return Options(int64_t{1}, int64_t{1}, int64_t{1});
  }
}

template <class Impl, size_t... I>
at::Tensor forward_all(torch::nn::Module& module, const Inputs& inputs, std::index_sequence<I...>) {
  return static_cast<Impl&>(module).forward(inputs[I]...);
}

/// Impl's own forward, of `Count` tensors.
template <class Impl, size_t Count>
at::Tensor forward_own(torch::nn::Module& module, const Inputs& inputs) {
  return forward_all<Impl>(module, inputs, std::make_index_sequence<Count>());
}

/// A kind whose forward takes `Count` tensors, with the options that `Fields` lists. `Options` is
/// what Impl's constructor takes, where that is not the type of its member `options`; `forward` is
/// for layers whose own is not Python's.
template <class Impl, size_t Count = 1, class Options = OptionsOf<Impl>, class Fields>
Register<Impl> layer(const char* name, Fields,
                     decltype(ModuleKind::forward) forward = forward_own<Impl, Count>) {
  return Register<Impl>({
      .name = name,
      .inputs = Count,
      .create = [](const OptionReader& reader) -> ModulePtr {
        auto options = blank_options<Options>();
        const FieldReader field(reader);
        Fields{}(field, options);
        return std::make_shared<Impl>(options);
      },
      .forward = forward,
      .describe =
          [](const torch::nn::Module& module, OptionWriter& writer) {
            auto options = static_cast<const Impl&>(module).options;
            const FieldWriter field(writer);
            Fields{}(field, options);
          },
      .rebind = rebind<Impl>,
  });
}

/// A kind without options.
template <class Impl>
Register<Impl> layer(const char* name) {
  return Register<Impl>({
      .name = name,
      .inputs = 1,
      .create = [](const OptionReader&) -> ModulePtr { return std::make_shared<Impl>(); },
      .forward = forward_one<Impl>,
      .describe = describe_nothing,
      .rebind = rebind<Impl>,
  });
}

}  // namespace node_libtorch
