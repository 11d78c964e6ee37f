// A module written in TypeScript, as a node of the native tree. JS owns the JS side: this node
// refers to it weakly, since a cycle across the two heaps would never be collected.
#include "nn/script_module.h"

#include "napi/call.h"
#include "nn/kind.h"

namespace node_libtorch {
namespace {

class ScriptModuleImpl : public torch::nn::Module {
 public:
  ScriptModuleImpl(Addon& addon, napi_value owner)
      : torch::nn::Module("ScriptModule"),
        addon_(addon),
        thread_(addon.thread),
        queue_(addon.releases),
        owner_(addon.env, owner, JsReference::Strength::kWeak, addon.releases) {}

  at::Tensor forward(const Inputs& inputs) {
    // The queue first: once it is closed the env is gone, and the id may be another thread's.
    if (queue_->closed() || std::this_thread::get_id() != thread_) {
      throw ArgumentError("a TypeScript module runs only on the thread that made it");
    }
    Napi::Env env(addon_.env);
    Napi::HandleScope scope(env);
    napi_value owner = owner_.value(env);
    if (owner == nullptr) {
      throw ArgumentError(
          "a TypeScript module inside a native one has been collected: keep a reference to it");
    }
    Napi::Array handles = Napi::Array::New(env, inputs.size());
    for (uint32_t i = 0; i < inputs.size(); ++i) {
      handles.Set(i, Napi::Value(env, make_handle(env, *addon_.ledger, inputs[i])));
    }
    Napi::Value result = addon_.run_forward.Call({owner, handles});
    auto* cell = open_handle<at::Tensor>(env, result);
    if (cell == nullptr || !cell->value.defined()) {
      throw ArgumentError("the forward of a TypeScript module must return a Tensor");
    }
    return cell->value;
  }

 private:
  Addon& addon_;
  const std::thread::id thread_;
  const std::shared_ptr<ReleaseQueue> queue_;
  JsReference owner_;
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

}  // namespace node_libtorch
