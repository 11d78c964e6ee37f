// A module written in TypeScript, as a node of the native tree.
#include "nn/script_module.h"

#include "napi/call.h"
#include "nn/js_module.h"

namespace node_libtorch {
namespace {

class ScriptModuleImpl : public torch::nn::Module {
 public:
  ScriptModuleImpl(Addon& addon, napi_value owner)
      : torch::nn::Module("ScriptModule"), side_(addon, owner) {}

  at::Tensor forward(const Inputs& inputs) const { return side_.forward(inputs); }

 private:
  JsModule side_;
};

const Register<ScriptModuleImpl> script_module({
    .name = "ScriptModule",
    .inputs = kAnyInputs,
    .create = [](const OptionReader&) -> ModulePtr {
      throw ArgumentError("TypeScript modules are made by createScriptModule");
    },
    .forward = [](torch::nn::Module& module, const Inputs& inputs) -> at::Tensor {
      return static_cast<ScriptModuleImpl&>(module).forward(inputs);
    },
    .describe = describe_nothing,
    .rebind = rebind<ScriptModuleImpl>,
});

}  // namespace

ModulePtr make_script_module(Addon& addon, napi_value owner) {
  return std::make_shared<ScriptModuleImpl>(addon, owner);
}

bool is_script_module(const torch::nn::Module& module) {
  return dynamic_cast<const ScriptModuleImpl*>(&module) != nullptr;
}

}  // namespace node_libtorch
