// Tensors that native layers compute with and that are not registered under their names: what
// parametrizations give.
#include "nn/plain_tensors.h"

#include "napi/call.h"
#include "nn/kind.h"

namespace node_libtorch {
namespace {

/// A registered tensor is exchanged for as long as this lives; one that is not, is registered.
class Exchange {
 public:
  Exchange(TensorDict& tensors, const std::string& name, at::Tensor value)
      : tensors_(tensors), name_(name) {
    if (at::Tensor* present = tensors.find(name)) {
      before_ = std::move(*present);
      *present = std::move(value);
    } else {
      is_new_ = true;
      tensors.insert(name, std::move(value));
    }
  }
  ~Exchange() {
    if (is_new_) {
      tensors_.erase(name_);
    } else {
      tensors_[name_] = std::move(before_);
    }
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

 private:
  TensorDict& tensors_;
  const std::string& name_;
  at::Tensor before_;
  bool is_new_ = false;
};

/// bindTensor(module, name, tensor | null): what the native forward takes for the tensor of that
/// name from now on, until one is registered.
napi_value bind_tensor(Call& call) {
  const ModulePtr& module = call.handle<ModulePtr>(0, "module");
  const std::string name = call.string(1, "name");
  const at::Tensor value = call.absent(2) ? at::Tensor() : call.tensor(2, "tensor");
  // In both tables, since it depends on the layer in which of them it looks.
  const Exchange as_parameter(parameters_of(*module), name, value);
  const Exchange as_buffer(buffers_of(*module), name, value);
  kind_of(*module).rebind(*module);
  return call.undefined();
}

/// unregisterTensor(module, name): no longer a parameter or a buffer. The native forward needs a
/// tensor bound in its place.
napi_value unregister_tensor(Call& call) {
  const ModulePtr& module = call.handle<ModulePtr>(0, "module");
  const std::string name = call.string(1, "name");
  for (TensorDict* tensors : {&parameters_of(*module), &buffers_of(*module)}) {
    if (tensors->contains(name)) tensors->erase(name);
  }
  return call.undefined();
}

constexpr Export kExports[] = {
    {"bindTensor", bind_tensor},
    {"unregisterTensor", unregister_tensor},
};

}  // namespace

void export_plain_tensors(Addon& addon, Napi::Object exports) {
  add_exports(addon, exports, kExports);
}

}  // namespace node_libtorch
