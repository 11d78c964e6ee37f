// What JS does with a TorchScript module: calls, and questions about the program.
#include "jit/jit.h"

#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/serialization/python_print.h>

#include "autograd/thread_state.h"
#include "jit/module.h"
#include "jit/values.h"
#include "nn/module_uses.h"

namespace node_libtorch {
namespace {

/// jitCall(module, method, ...arguments): undefined stands for a default
napi_value jit_call(Call& call) {
  const torch::jit::Method method = jit_module(call, 0).method(call.string(1, "method"));
  // As copies: the program may run for long, and what runs meanwhile may free the arguments.
  std::vector<c10::IValue> arguments = read_arguments(call, 2, method.function().getSchema());
  return write_value(call.addon(), run_method(method, std::move(arguments)));
}

/// The same on the compute thread.
class ScriptJob final : public Job {
 public:
  ScriptJob(ModulePtr module, torch::jit::Method method, std::vector<c10::IValue> arguments)
      : module_(std::move(module)), method_(std::move(method)), arguments_(std::move(arguments)) {
    for (const c10::IValue& argument : arguments_) {
      argument.visit([this](const c10::IValue& value) {
        if (value.isTensor()) tensors_.push_back(value.toTensor());
        return false;
      });
    }
  }

  std::vector<at::Tensor> inputs() const override { return tensors_; }
  bool needs_js() const override { return false; }
  void note_uses(Uses& uses) const override {
    note_module(uses, *module_);
    uses.add(tensors_);
  }
  void run() override {
    state_.run([this] { output_ = run_method(method_, std::move(arguments_)); });
  }
  napi_value result(Addon& addon) override { return write_value(addon, output_); }

 private:
  const ThreadState state_;
  const ModulePtr module_;
  const torch::jit::Method method_;
  std::vector<c10::IValue> arguments_;
  std::vector<at::Tensor> tensors_;
  c10::IValue output_;
};

/// jitPrepare(module, method, ...arguments) → a job whose result is that of jitCall
napi_value jit_prepare(Call& call) {
  const torch::jit::Method method = jit_module(call, 0).method(call.string(1, "method"));
  return prepare_job(
      call, std::make_unique<ScriptJob>(call.handle<ModulePtr>(0, "module"), method,
                                        read_arguments(call, 2, method.function().getSchema())));
}

/// jitMethods(module) → names
napi_value jit_methods(Call& call) {
  Napi::Array names = Napi::Array::New(call.env());
  for (const auto& method : jit_module(call, 0).script().get_methods()) {
    names.Set(names.Length(), method.name());
  }
  return names;
}

/// jitSetTraining(module, training): the mode of this module of the program alone
napi_value jit_set_training(Call& call) {
  jit_module(call, 0).set_training(call.boolean(1, "training"));
  return call.undefined();
}

/// Whether a value of this type may come from a plain object.
bool takes_object(const c10::TypePtr& type) {
  switch (type->kind()) {
    case c10::TypeKind::DictType:
    case c10::TypeKind::AnyType:
      return true;
    case c10::TypeKind::TupleType:
      return type->expectRef<c10::TupleType>().schema() != nullptr;
    case c10::TypeKind::OptionalType:
    case c10::TypeKind::UnionType:
      for (const c10::TypePtr& one : type->containedTypes()) {
        if (takes_object(one)) return true;
      }
      return false;
    default:
      return false;
  }
}

/// jitSchema(module, method) → { text, names, objects }: the declaration, the names of the
/// arguments without self, and which of them take a plain object
napi_value jit_schema(Call& call) {
  const torch::jit::Method method = jit_module(call, 0).method(call.string(1, "method"));
  const c10::FunctionSchema& schema = method.function().getSchema();
  Napi::Object result = Napi::Object::New(call.env());
  Napi::Array names = Napi::Array::New(call.env());
  Napi::Array objects = Napi::Array::New(call.env());
  for (size_t i = 1; i < schema.arguments().size(); ++i) {
    const c10::Argument& argument = schema.arguments()[i];
    objects.Set(names.Length(), takes_object(argument.type()));
    names.Set(names.Length(), argument.name());
  }
  std::ostringstream text;
  text << schema;
  result.Set("text", text.str());
  result.Set("names", names);
  result.Set("objects", objects);
  return result;
}

/// jitGraph(module, method, inlined): the intermediate representation as text
napi_value jit_graph(Call& call) {
  const torch::jit::Method method = jit_module(call, 0).method(call.string(1, "method"));
  if (!call.boolean(2, "inlined")) return call.string_value(method.graph()->toString(false));
  const auto graph = method.graph()->copy();
  torch::jit::Inline(*graph);
  return call.string_value(graph->toString(false));
}

/// jitCode(module, method): the method as TorchScript source
napi_value jit_code(Call& call) {
  const torch::jit::Method method = jit_module(call, 0).method(call.string(1, "method"));
  std::vector<c10::IValue> constants;
  torch::jit::PrintDepsTable dependencies;
  torch::jit::PythonPrint printer(constants, dependencies);
  printer.printMethod(method.function());
  return call.string_value(printer.str());
}

/// jitAttributes(module) → names of what is neither parameter, buffer nor module
napi_value jit_attributes(Call& call) {
  const torch::jit::Module& script = jit_module(call, 0).script();
  const c10::ClassTypePtr type = script.type();
  Napi::Array names = Napi::Array::New(call.env());
  for (size_t i = 0; i < type->numAttributes(); ++i) {
    if (type->is_parameter(i) || type->is_buffer(i) || type->getAttribute(i)->is_module()) continue;
    names.Set(names.Length(), type->getAttributeName(i));
  }
  for (size_t i = 0; i < type->numConstants(); ++i) {
    names.Set(names.Length(), type->getConstantName(i));
  }
  return names;
}

/// jitAttribute(module, name) → its value
napi_value jit_attribute(Call& call) {
  const torch::jit::Module& script = jit_module(call, 0).script();
  const std::string name = call.string(1, "name");
  const c10::ClassTypePtr type = script.type();
  if (const auto slot = type->findAttributeSlot(name)) {
    return write_value(call.addon(), script._ivalue()->getSlot(*slot));
  }
  if (const auto slot = type->findConstantSlot(name)) {
    return write_value(call.addon(), type->getConstant(*slot));
  }
  call.refuse(1, "name", "the name of an attribute");
}

/// A number that is another one for each object alive.
double identity(const void* object) {
  return static_cast<double>(reinterpret_cast<uintptr_t>(object));
}

/// jitIdentities(module) → { module, tensors: [[name, identity], ...] }: which modules and which
/// parameters and buffers are the same object
napi_value jit_identities(Call& call) {
  JitModule& module = jit_module(call, 0);
  Napi::Array tensors = Napi::Array::New(call.env());
  for (TensorDict* dict : {&parameters_of(module), &buffers_of(module)}) {
    for (const auto& entry : *dict) {
      if (!entry.value().defined()) continue;
      Napi::Array pair = Napi::Array::New(call.env(), 2);
      pair.Set(0u, entry.key());
      pair.Set(1u, identity(entry.value().unsafeGetTensorImpl()));
      tensors.Set(tensors.Length(), pair);
    }
  }
  Napi::Object result = Napi::Object::New(call.env());
  result.Set("module", identity(&module));
  result.Set("tensors", tensors);
  return result;
}

std::vector<std::string> strings(const Call& call, size_t first) {
  std::vector<std::string> values;
  for (size_t i = first; i < call.size(); ++i) values.push_back(call.string(i, "name"));
  return values;
}

/// jitFreeze(module, optimizeNumerics, ...preservedAttributes) → module
napi_value jit_freeze(Call& call) {
  const torch::jit::Module& script = jit_module(call, 0).script();
  const bool optimize = call.boolean(1, "optimizeNumerics");
  return jit_module_value(call, torch::jit::freeze(script, strings(call, 2), optimize));
}

/// jitOptimizeForInference(module, ...otherMethods) → module
napi_value jit_optimize(Call& call) {
  torch::jit::Module script = jit_module(call, 0).script();
  return jit_module_value(call, torch::jit::optimize_for_inference(script, strings(call, 1)));
}

/// jitCopy(module) → a deep copy
napi_value jit_copy(Call& call) {
  return jit_module_value(call, jit_module(call, 0).script().deepcopy());
}

constexpr Export kExports[] = {
    {"jitCall", jit_call},
    {"jitPrepare", jit_prepare},
    {"jitSetTraining", jit_set_training},
    {"jitMethods", jit_methods},
    {"jitSchema", jit_schema},
    {"jitGraph", jit_graph},
    {"jitCode", jit_code},
    {"jitAttributes", jit_attributes},
    {"jitAttribute", jit_attribute},
    {"jitIdentities", jit_identities},
    {"jitFreeze", jit_freeze},
    {"jitOptimizeForInference", jit_optimize},
    {"jitCopy", jit_copy},
};

}  // namespace

void export_jit(Addon& addon, Napi::Object exports) {
  add_exports(addon, exports, kExports);
  export_script_files(addon, exports);
  export_trace(addon, exports);
  export_aoti(addon, exports);
}

}  // namespace node_libtorch
