// Tracing: runs a module on example inputs, in JS or natively, and makes a TorchScript module of
// the operators that it calls.
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/canonicalize.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/shape_analysis.h>

#include <algorithm>
#include <cctype>
#include <unordered_map>

#include "jit/jit.h"
#include "jit/module.h"
#include "jit/values.h"
#include "napi/callback.h"
#include "nn/kind.h"

namespace node_libtorch {
namespace {

using torch::jit::Module;
namespace tracer = torch::jit::tracer;

/// A name that a TorchScript class can have.
std::string class_name(const std::string& name) {
  std::string result = name;
  std::replace_if(
      result.begin(), result.end(),
      [](unsigned char c) { return c >= 0x80 || (std::isalnum(c) == 0 && c != '_'); }, '_');
  const bool starts_badly =
      result.empty() || std::isdigit(static_cast<unsigned char>(result.front())) != 0;
  return starts_badly ? "_" + result : result;
}

/// TorchScript modules with the members of ours, and their very tensors. `names` are those of the
/// classes, by the order of modules().
class Mirror {
 public:
  explicit Mirror(std::unordered_map<const torch::nn::Module*, std::string> names)
      : names_(std::move(names)), unit_(std::make_shared<torch::jit::CompilationUnit>()) {}

  Module of(torch::nn::Module& module) {
    const auto known = made_.find(&module);
    if (known != made_.end()) return known->second;
    const auto name = names_.find(&module);
    Module script(
        c10::QualifiedName("__torch__." + (name == names_.end() ? module.name() : name->second)),
        unit_, /*shouldMangle=*/true);
    made_.emplace(&module, script);
    for (auto& entry : parameters_of(module)) add_tensor(script, entry, /*is_buffer=*/false);
    for (auto& entry : buffers_of(module)) add_tensor(script, entry, /*is_buffer=*/true);
    script.register_attribute("training", c10::BoolType::get(), module.is_training());
    for (auto& child : children_of(module)) script.register_module(child.key(), of(*child.value()));
    return script;
  }

 private:
  static void add_tensor(Module& script, TensorDict::Item& entry, bool is_buffer) {
    if (entry.value().defined()) {
      script.register_parameter(entry.key(), entry.value(), is_buffer);
    } else {
      script.register_attribute(entry.key(), c10::NoneType::get(), {}, !is_buffer, is_buffer);
    }
  }

  std::unordered_map<const torch::nn::Module*, std::string> names_;
  std::shared_ptr<torch::jit::CompilationUnit> unit_;
  std::unordered_map<const torch::nn::Module*, Module> made_;
};

/// Names of the classes of a tree: pairs of module and name from argument `first` on.
std::unordered_map<const torch::nn::Module*, std::string> read_names(const Call& call,
                                                                     size_t first) {
  std::unordered_map<const torch::nn::Module*, std::string> names;
  for (size_t i = first; i + 1 < call.size(); i += 2) {
    names.emplace(call.handle<ModulePtr>(i, "module").get(),
                  class_name(call.string(i + 1, "name")));
  }
  return names;
}

/// jitTrace(module | null, forward, inputs, argumentNames, strict, ...[module, className]) →
/// module: `forward` takes the inputs and gives the outputs, in the form of values.h
napi_value jit_trace(Call& call) {
  const Napi::Env env(call.env());
  if (tracer::isTracing()) throw ArgumentError("trace: a trace is already running");
  if (!Napi::Value(env, call[1]).IsFunction()) call.refuse(1, "forward", "a function");
  const std::string where = "trace";
  const auto given = Napi::Value(env, call[2]).As<Napi::Array>();
  const auto names = Napi::Value(env, call[3]).As<Napi::Array>();
  torch::jit::Stack inputs;
  std::vector<std::string> argument_names;
  for (uint32_t i = 0; i < given.Length(); ++i) {
    const std::string name = names.Get(i).ToString().Utf8Value();
    inputs.push_back(read_traceable(env, given.Get(i), where, Place(name)));
    argument_names.push_back(name);
  }
  const bool strict = call.boolean(4, "strict");

  torch::nn::Module nothing("Function");
  const ModulePtr module = call.absent(0) ? nullptr : call.handle<ModulePtr>(0, "module");
  Module script = Mirror(read_names(call, 5)).of(module == nullptr ? nothing : *module);

  const std::string output = "the result of forward";
  const auto forward = [&](torch::jit::Stack stack) -> torch::jit::Stack {
    const Napi::HandleScope scope(env);
    Napi::Array arguments = Napi::Array::New(env, stack.size());
    for (uint32_t i = 0; i < stack.size(); ++i) {
      arguments.Set(i, Napi::Value(env, write_value(call.addon(), stack[i])));
    }
    const JsCallback callback(call.addon(), call[1], "the forward of a traced module");
    return {read_traceable(env, callback.call({arguments}), where, Place(output))};
  };
  const auto no_name = [](const at::Tensor&) { return std::string(); };
  const auto [state, outputs] = tracer::trace(inputs, forward, no_name, strict,
                                              /*force_outplace=*/false, &script, argument_names);
  auto* function = script._ivalue()->compilation_unit()->create_function(
      c10::QualifiedName(*script.type()->name(), "forward"), state->graph);
  script.type()->addMethod(function);
  script.store_traced_inputs("forward", inputs);
  return jit_module_value(call, script);
}

/// jitIsTracing()
napi_value jit_is_tracing(Call& call) { return call.boolean_value(tracer::isTracing()); }

void find_random(const torch::jit::Block& block, Napi::Array& found) {
  for (const torch::jit::Node* node : block.nodes()) {
    if (node->isNondeterministic()) {
      found.Set(found.Length(), node->kind().toQualString());
    }
    for (const torch::jit::Block* inner : node->blocks()) find_random(*inner, found);
  }
}

/// jitRandomOperators(module): names of the operators of its forward whose results are random
napi_value jit_random_operators(Call& call) {
  const torch::jit::Method method = jit_module(call, 0).method("forward");
  Napi::Array found = Napi::Array::New(call.env());
  find_random(*method.graph()->block(), found);
  return found;
}

/// jitProgramText(module): its forward without what depends on the sizes of the inputs or on names
napi_value jit_program_text(Call& call) {
  auto graph = jit_module(call, 0).method("forward").graph()->copy();
  torch::jit::Inline(*graph);
  torch::jit::EraseShapeInformation(graph);
  return call.string_value(torch::jit::Canonicalize(graph, false)->toString(false));
}

constexpr Export kExports[] = {
    {"jitProgramText", jit_program_text},
    {"jitTrace", jit_trace},
    {"jitIsTracing", jit_is_tracing},
    {"jitRandomOperators", jit_random_operators},
};

}  // namespace

void export_trace(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
