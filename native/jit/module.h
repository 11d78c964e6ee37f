// A TorchScript module as a node of the module tree, so that what holds for modules holds for it:
// parameters and buffers are the program's own tensors, and a native parent runs it natively.
#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/nn/module.h>

#include "napi/call.h"
#include "napi/handle.h"

namespace node_libtorch {

class JitModule : public torch::nn::Module {
 public:
  /// The node of `script`, with nodes for the modules below it.
  static JitModulePtr make(const torch::jit::Module& script);

  const torch::jit::Module& script() const { return script_; }
  /// The name of the Python class that it was made from, 'Linear'.
  std::string original_name() const;
  /// A method of the program. Throws ArgumentError if there is none of this name.
  torch::jit::Method method(const std::string& name) const;

  /// Tells the program, not the modules below.
  void set_training(bool on);
  /// Gives the program the tensors that are registered here.
  void rebind();

 private:
  explicit JitModule(const torch::jit::Module& script);

  torch::jit::Module script_;
};

/// Runs a method; `stack` holds its arguments without self. An error that the program raises keeps
/// its class.
c10::IValue run_method(const torch::jit::Method& method, std::vector<c10::IValue> stack);

/// The TorchScript module of argument i.
JitModule& jit_module(const Call& call, size_t i);

/// A handle of a TorchScript module.
napi_value jit_module_value(const Call& call, const torch::jit::Module& script);

}  // namespace node_libtorch
