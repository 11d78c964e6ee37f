// libtorch's engine, with what Python's own adds to it: JS stacks of nodes, and hooks of saved
// tensors.
#include "autograd/engine.h"

#include <torch/csrc/autograd/engine.h>

#include "autograd/anomaly.h"
#include "autograd/saved_tensors.h"

namespace node_libtorch {
namespace {

class JsEngine final : public torch::autograd::Engine {
 public:
  std::unique_ptr<torch::autograd::AnomalyMetadata> make_anomaly_metadata() override {
    return make_trace();
  }
  std::unique_ptr<torch::autograd::SavedVariableHooks> get_default_saved_variable_hooks() override {
    return make_saved_tensor_hooks();
  }
};

torch::autograd::Engine& js_engine() {
  // Immortal: threads of the engine may outlive main().
  static auto* engine = new JsEngine;
  return *engine;
}

}  // namespace

void install_engine() { torch::autograd::set_default_engine_stub(&js_engine); }

}  // namespace node_libtorch
