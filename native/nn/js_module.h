// The way from a native module to its JS side: modules written in TypeScript, and native ones that
// JS wants to be asked about (hooks, a forward of one's own, parametrizations).
#pragma once

#include <memory>
#include <thread>

#include "napi/addon.h"
#include "nn/kind.h"

namespace node_libtorch {

/// The JS object of a module, held weakly: JS owns the JS side, and a cycle across the two heaps
/// would never be collected.
class JsModule {
 public:
  JsModule(Addon& addon, napi_value owner);

  /// Calls the JS object with the inputs. Only on the thread that made it.
  at::Tensor forward(const Inputs& inputs) const;

 private:
  Addon& addon_;
  const std::thread::id thread_;
  const std::shared_ptr<ReleaseQueue> queue_;
  JsReference owner_;
};

/// From now on whoever runs `module` runs its JS side; with null no longer.
void set_js_side(const ModulePtr& module, std::shared_ptr<const JsModule> side);

/// The JS side that is to run in place of a native module; null for most. Any thread.
std::shared_ptr<const JsModule> js_side(const torch::nn::Module& module);

/// Whether no module of the tree needs JS to run.
bool runs_natively(torch::nn::Module& root);

}  // namespace node_libtorch
