// The module tree, for lib/nn.
#include "nn/nn.h"

#include <ATen/core/grad_mode.h>

#include "napi/call.h"
#include "nn/js_module.h"
#include "nn/kind.h"
#include "nn/script_module.h"

namespace node_libtorch {
namespace {

ModulePtr& module_of(const Call& call) { return call.handle<ModulePtr>(0, "module"); }

napi_value module_value(const Call& call, ModulePtr module) {
  return make_handle(call.env(), *call.addon().ledger, std::move(module));
}

/// createModule(kind, options)
napi_value create_module(Call& call) {
  const std::string name = call.string(0, "kind");
  const ModuleKind* kind = find_kind(name);
  if (kind == nullptr) call.refuse(0, "kind", "the name of a native module");
  return module_value(call, kind->create(OptionReader(name, call.object(1, "options"))));
}

/// createScriptModule(owner)
napi_value create_script_module(Call& call) {
  napi_valuetype type;
  napi_typeof(call.env(), call[0], &type);
  if (type != napi_object && type != napi_function) call.refuse(0, "owner", "a module");
  return module_value(call, make_script_module(call.addon(), call[0]));
}

napi_value module_kind(Call& call) { return call.string_value(kind_of(*module_of(call)).name); }

/// copyModule(module) → one with the same settings and mode, without its members.
napi_value copy_module(Call& call) {
  const ModulePtr& module = module_of(call);
  const ModuleKind& kind = kind_of(*module);
  if (kind.copy == nullptr) call.refuse(0, "module", "a module that can be copied");
  ModulePtr copy = kind.copy(*module);
  parameters_of(*copy).clear();
  buffers_of(*copy).clear();
  children_of(*copy).clear();
  return module_value(call, std::move(copy));
}

napi_value module_options(Call& call) {
  const ModulePtr& module = module_of(call);
  OptionWriter writer(call.env());
  kind_of(*module).describe(*module, writer);
  return writer.object();
}

/// moduleChildren(module) → [[name, module], ...]
napi_value module_children(Call& call) {
  Napi::Array result = Napi::Array::New(call.env());
  for (auto& child : children_of(*module_of(call))) {
    Napi::Array pair = Napi::Array::New(call.env(), 2);
    pair.Set(0u, child.key());
    pair.Set(1u, Napi::Value(call.env(), module_value(call, child.value())));
    result.Set(result.Length(), pair);
  }
  return result;
}

/// [[name, tensor | null], ...]
napi_value tensors_value(const Call& call, TensorDict& tensors) {
  Napi::Array result = Napi::Array::New(call.env());
  for (auto& entry : tensors) {
    Napi::Array pair = Napi::Array::New(call.env(), 2);
    pair.Set(0u, entry.key());
    pair.Set(1u, Napi::Value(call.env(), call.tensor_value(entry.value())));
    result.Set(result.Length(), pair);
  }
  return result;
}

napi_value module_parameters(Call& call) {
  return tensors_value(call, parameters_of(*module_of(call)));
}

napi_value module_buffers(Call& call) { return tensors_value(call, buffers_of(*module_of(call))); }

/// setChild(module, name, child)
napi_value set_child_value(Call& call) {
  set_child(*module_of(call), call.string(1, "name"), call.handle<ModulePtr>(2, "child"));
  return call.undefined();
}

napi_value remove_child(Call& call) {
  ModuleDict& children = children_of(*module_of(call));
  const std::string name = call.string(1, "name");
  if (!children.contains(name)) call.refuse(1, "name", "the name of a child");
  children.erase(name);
  return call.undefined();
}

/// Registers a tensor, or null, in place of one of the same name or as the last.
void set_tensor(const Call& call, TensorDict& tensors) {
  const ModulePtr& module = module_of(call);
  const std::string name = call.string(1, "name");
  if (name.empty() || name.find('.') != std::string::npos) {
    call.refuse(1, "name", "a name without dots");
  }
  at::Tensor value = call.absent(2) ? at::Tensor() : call.tensor(2, "tensor");
  if (at::Tensor* present = tensors.find(name)) {
    *present = std::move(value);
  } else {
    tensors.insert(name, std::move(value));
  }
  kind_of(*module).rebind(*module);
}

napi_value set_parameter(Call& call) {
  set_tensor(call, parameters_of(*module_of(call)));
  return call.undefined();
}

napi_value set_buffer(Call& call) {
  set_tensor(call, buffers_of(*module_of(call)));
  return call.undefined();
}

void remove_tensor(const Call& call, TensorDict& tensors) {
  const std::string name = call.string(1, "name");
  const ModuleKind& kind = kind_of(*module_of(call));
  if (kind.inputs != kAnyInputs) {
    throw ArgumentError("the " + name + " of a " + kind.name +
                        " cannot be removed; a bias can be set to null");
  }
  if (!tensors.contains(name)) call.refuse(1, "name", "the name of a registered tensor");
  tensors.erase(name);
}

napi_value remove_parameter(Call& call) {
  remove_tensor(call, parameters_of(*module_of(call)));
  return call.undefined();
}

napi_value remove_buffer(Call& call) {
  remove_tensor(call, buffers_of(*module_of(call)));
  return call.undefined();
}

/// setTraining(module, training): of this module alone. TypeScript goes through the tree, since a
/// class may have a train() of its own.
napi_value set_training(Call& call) {
  training_of(*module_of(call)) = call.boolean(1, "training");
  return call.undefined();
}

napi_value is_training(Call& call) { return call.boolean_value(module_of(call)->is_training()); }

struct Target {
  std::optional<c10::Device> device;
  std::optional<at::ScalarType> dtype;
  std::optional<at::MemoryFormat> memory_format;
  bool complex;  ///< whether the dtype concerns complex tensors too
};

bool has_rank_for(at::MemoryFormat format, const at::Tensor& tensor) {
  if (format == at::MemoryFormat::Contiguous) return true;
  return tensor.dim() == (format == at::MemoryFormat::ChannelsLast3d ? 5 : 4);
}

/// As in Python, and unlike torch::nn::Module::to, a dtype concerns floating-point tensors only,
/// and a memory format those of the rank it is made for.
at::Tensor moved(const at::Tensor& tensor, const Target& target) {
  auto options = tensor.options();
  if (target.device) options = options.device(*target.device);
  if (target.dtype && (tensor.is_floating_point() || (target.complex && tensor.is_complex()))) {
    options = options.dtype(*target.dtype);
  }
  if (!target.memory_format || !has_rank_for(*target.memory_format, tensor)) {
    return tensor.to(options);
  }
  return tensor.to(options, /*non_blocking=*/false, /*copy=*/false, *target.memory_format);
}

void move_tensors(TensorDict& tensors, const Target& target) {
  for (auto& entry : tensors) {
    at::Tensor& tensor = entry.value();
    if (!tensor.defined()) continue;
    // The data is exchanged and the tensor stays: optimizers and JS keep the right one.
    tensor.set_data(moved(tensor, target));
    at::Tensor& grad = tensor.mutable_grad();
    if (grad.defined()) grad.set_data(moved(grad, target));
  }
}

void move_module(torch::nn::Module& root, const Target& target) {
  // modules() lists each once, however often it is shared.
  for (const auto& module : root.modules()) {
    move_tensors(parameters_of(*module), target);
    move_tensors(buffers_of(*module), target);
  }
}

/// moduleTo(module, device | null, dtype | null, memoryFormat | null, complex)
napi_value module_to(Call& call) {
  Target target;
  if (!call.absent(1)) target.device = c10::Device(call.string(1, "device"));
  if (!call.absent(2)) {
    target.dtype = static_cast<at::ScalarType>(call.integer(2, "dtype"));
    if (!at::isFloatingType(*target.dtype) && !at::isComplexType(*target.dtype)) {
      call.refuse(2, "dtype", "the number of a floating-point or complex dtype");
    }
  }
  if (!call.absent(3)) {
    target.memory_format = static_cast<at::MemoryFormat>(call.integer(3, "memoryFormat"));
    if (target.memory_format != at::MemoryFormat::Contiguous &&
        target.memory_format != at::MemoryFormat::ChannelsLast &&
        target.memory_format != at::MemoryFormat::ChannelsLast3d) {
      call.refuse(3, "memoryFormat", "the number of a memory format");
    }
  }
  target.complex = call.absent(4) || call.boolean(4, "complex");
  // Its tensors are of another kind, whose data cannot be exchanged: TypeScript puts new ones in.
  if (target.device && target.device->is_meta()) {
    call.refuse(1, "device", "a device with memory");
  }
  at::NoGradGuard no_grad;
  move_module(*module_of(call), target);
  return call.undefined();
}

/// runInJs(module, owner | null): with `owner`, native parents run the module by calling it.
napi_value run_in_js(Call& call) {
  const ModulePtr& module = module_of(call);
  if (call.absent(1)) {
    set_js_side(module, nullptr);
    return call.undefined();
  }
  napi_valuetype type;
  napi_typeof(call.env(), call[1], &type);
  if (type != napi_object && type != napi_function) call.refuse(1, "owner", "a module");
  set_js_side(module, std::make_shared<JsModule>(call.addon(), call[1]));
  return call.undefined();
}

/// runsNatively(module): whether no module of the tree needs JS.
napi_value tree_runs_natively(Call& call) {
  return call.boolean_value(runs_natively(*module_of(call)));
}

/// moduleForward(module, ...inputs): the native forward itself, whose hooks JS has run.
napi_value module_forward(Call& call) {
  const ModulePtr module = module_of(call);
  Inputs inputs;
  for (size_t i = 1; i < call.size(); ++i) inputs.push_back(call.tensor(i, "input"));
  return call.tensor_value(run_forward(module, inputs));
}

constexpr Export kExports[] = {
    {"createModule", create_module},
    {"createScriptModule", create_script_module},
    {"moduleKind", module_kind},
    {"moduleOptions", module_options},
    {"moduleChildren", module_children},
    {"moduleParameters", module_parameters},
    {"moduleBuffers", module_buffers},
    {"setChild", set_child_value},
    {"removeChild", remove_child},
    {"setParameter", set_parameter},
    {"setBuffer", set_buffer},
    {"removeParameter", remove_parameter},
    {"removeBuffer", remove_buffer},
    {"setTraining", set_training},
    {"isTraining", is_training},
    {"moduleTo", module_to},
    {"moduleForward", module_forward},
    {"runInJs", run_in_js},
    {"runsNatively", tree_runs_natively},
    {"copyModule", copy_module},
};

}  // namespace

void export_nn(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
