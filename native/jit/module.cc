#include "jit/module.h"

#include <torch/csrc/jit/runtime/jit_exception.h>

#include <unordered_map>

#include "nn/kind.h"

namespace node_libtorch {
namespace {

using torch::jit::Module;

/// Gives `node` the members of its program, each module of which becomes one node however often it
/// occurs.
class TreeBuilder {
 public:
  using Make = JitModulePtr (*)(const Module&);
  explicit TreeBuilder(Make make) : make_(make) {}

  JitModulePtr build(const Module& script) {
    auto& known = nodes_[script._ivalue().get()];
    if (known != nullptr) return known;
    const JitModulePtr node = known = make_(script);
    const c10::ClassTypePtr type = script.type();
    for (size_t i = 0; i < type->numAttributes(); ++i) {
      const std::string& name = type->getAttributeName(i);
      const c10::IValue value = script._ivalue()->getSlot(i);
      if (type->is_parameter(i)) {
        insert(parameters_of(*node), name, value);
      } else if (type->is_buffer(i)) {
        insert(buffers_of(*node), name, value);
      } else if (value.isModule()) {
        children_of(*node).insert(name, build(value.toModule()));
      }
    }
    return node;
  }

 private:
  static void insert(TensorDict& tensors, const std::string& name, const c10::IValue& value) {
    if (value.isTensor()) tensors.insert(name, value.toTensor());
    if (value.isNone()) tensors.insert(name, at::Tensor());
  }

  Make make_;
  std::unordered_map<const void*, JitModulePtr> nodes_;
};

void give(const Module& script, const TensorDict& tensors) {
  for (const auto& entry : tensors) {
    if (entry.value().defined()) {
      script._ivalue()->setAttr(entry.key(), entry.value());
    } else {
      script._ivalue()->setAttr(entry.key(), c10::IValue());
    }
  }
}

at::Tensor forward(torch::nn::Module& module, const Inputs& inputs) {
  const auto& node = static_cast<JitModule&>(module);
  const c10::IValue result = run_method(node.method("forward"), {inputs.begin(), inputs.end()});
  if (result.isTensor()) return result.toTensor();
  throw ArgumentError(node.original_name() + ": its forward gives a " + result.tagKind() +
                      ", not a Tensor, which its parent expects");
}

const Register<JitModule> jit_kind({
    .name = "RecursiveScriptModule",
    .inputs = kAnyInputs,
    .create = [](const OptionReader&) -> ModulePtr {
      throw ArgumentError("TorchScript modules come from torch.jit.load and torch.jit.trace");
    },
    .forward = forward,
    .describe =
        [](const torch::nn::Module& module, OptionWriter& options) {
          options.set("originalName",
                      static_cast<const JitModule&>(module).original_name().c_str());
        },
    .rebind = [](torch::nn::Module& module) { static_cast<JitModule&>(module).rebind(); },
});

}  // namespace

JitModulePtr JitModule::make(const torch::jit::Module& script) {
  return TreeBuilder([](const torch::jit::Module& one) { return JitModulePtr(new JitModule(one)); })
      .build(script);
}

JitModule::JitModule(const torch::jit::Module& script)
    : torch::nn::Module(script.type()->name()->name()), script_(script) {
  // A frozen module has forgotten its mode, which is evaluation.
  const auto slot = script_.type()->findAttributeSlot("training");
  train(slot && script_._ivalue()->getSlot(*slot).isBool() && script_.is_training());
}

std::string JitModule::original_name() const { return script_.type()->name()->name(); }

torch::jit::Method JitModule::method(const std::string& name) const {
  if (const auto method = script_.find_method(name)) return *method;
  std::string names;
  for (const auto& method : script_.get_methods()) {
    names += (names.empty() ? "" : ", ") + method.name();
  }
  throw ArgumentError(original_name() + ": expected the name of a method, " +
                      (names.empty() ? "of which it has none" : "one of " + names) + ", got '" +
                      name + "'");
}

void JitModule::set_training(bool on) {
  // A frozen program has no mode any more.
  const auto slot = script_.type()->findAttributeSlot("training");
  if (slot && script_._ivalue()->getSlot(*slot).isBool()) script_._ivalue()->setSlot(*slot, on);
}

void JitModule::rebind() {
  give(script_, parameters_of(*this));
  give(script_, buffers_of(*this));
}

c10::IValue run_method(const torch::jit::Method& method, std::vector<c10::IValue> stack) {
  try {
    stack.insert(stack.begin(), method.owner()._ivalue());
    method.function().getSchema().checkAndNormalizeInputs(stack);
    method.function().run(stack);
    return std::move(stack.front());
  } catch (const torch::jit::JITException& error) {
    // 'builtins.ValueError' in programs that Python has compiled.
    std::string name = error.getPythonClassName().value_or("");
    name.erase(0, name.rfind('.') + 1);
    TORCH_CHECK_VALUE(name != "ValueError", error.what());
    TORCH_CHECK_INDEX(name != "IndexError" && name != "KeyError", error.what());
    TORCH_CHECK_TYPE(name != "TypeError", error.what());
    TORCH_CHECK_NOT_IMPLEMENTED(name != "NotImplementedError", error.what());
    throw;
  }
}

JitModule& jit_module(const Call& call, size_t i) {
  const ModulePtr& module = call.handle<ModulePtr>(i, "module");
  auto* node = dynamic_cast<JitModule*>(module.get());
  if (node == nullptr) call.refuse(i, "module", HandleType<JitModulePtr>::name);
  return *node;
}

napi_value jit_module_value(const Call& call, const Module& script) {
  return make_handle<ModulePtr>(call.env(), *call.addon().ledger, JitModule::make(script));
}

}  // namespace node_libtorch
