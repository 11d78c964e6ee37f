// Every ATen operator, through the dispatcher: found by name once, then called by number.
#include "tensor/dispatch.h"

#include <algorithm>
#include <utility>

#include "napi/budget.h"
#include "tensor/convert.h"
#include "tensor/frame.h"
#include "tensor/operator.h"
#include "tensor/rollback.h"

namespace node_libtorch {
namespace {

/// findOperator(name, overload) → id, or -1 if this libtorch has no such operator.
napi_value find_operator(Call& call) {
  const std::string name = call.string(0, "name");
  const std::string overload = call.string(1, "overload");
  Addon& addon = call.addon();
  const std::string key = name + '.' + overload;
  if (auto known = addon.operator_ids.find(key); known != addon.operator_ids.end()) {
    return call.number_value(known->second);
  }
  auto handle = c10::Dispatcher::singleton().findSchema({name, overload});
  if (!handle) return call.number_value(-1);
  const auto id = static_cast<int32_t>(addon.operators.size());
  addon.operators.emplace_back(*handle);
  addon.operator_ids.emplace(key, id);
  return call.number_value(id);
}

/// The operator whose number is `id`, which comes from JS.
const Operator& operator_of(const Call& call, double id) {
  const auto& operators = call.addon().operators;
  if (!(id >= 0 && id < static_cast<double>(operators.size()))) {
    throw ArgumentError(std::string(call.name()) +
                        ": expected the number of an operator found before");
  }
  return operators[static_cast<size_t>(id)];
}

/// describeOperator(id) → { schema, arguments: [...], returns: [...] }
napi_value describe_operator(Call& call) {
  const Operator& op = operator_of(call, call.number(0, "operator"));
  Napi::Env env = call.env();
  Napi::Array arguments = Napi::Array::New(env);
  for (const auto& spec : op.arguments()) {
    Napi::Object argument = Napi::Object::New(env);
    argument.Set("name", spec.name);
    argument.Set("kind", kind_name(spec.kind));
    argument.Set("list", spec.list);
    argument.Set("length", spec.length);
    argument.Set("optional", spec.optional);
    argument.Set("optionalElement", spec.optional_element);
    argument.Set("keywordOnly", spec.keyword_only);
    argument.Set("out", spec.out);
    argument.Set("written", spec.written);
    argument.Set("hasDefault", spec.default_value.has_value());
    argument.Set("emptyDefault", spec.default_value && spec.default_value->isList() &&
                                     spec.default_value->toListRef().empty());
    arguments.Set(arguments.Length(), argument);
  }
  Napi::Array returns = Napi::Array::New(env);
  for (const auto& spec : op.returns()) {
    Napi::Object result = Napi::Object::New(env);
    result.Set("name", spec.name);
    result.Set("kind", kind_name(spec.kind));
    result.Set("list", spec.list);
    result.Set("argument", spec.argument);
    returns.Set(returns.Length(), result);
  }
  Napi::Object description = Napi::Object::New(env);
  description.Set("schema", op.schema());
  description.Set("arguments", arguments);
  description.Set("returns", returns);
  return description;
}

/// listOperators() → every 'namespace::name.overload' that this libtorch has a schema for.
napi_value list_operators(Call& call) {
  Napi::Array result = Napi::Array::New(call.env());
  for (const auto& name : c10::Dispatcher::singleton().getAllOpNames()) {
    auto handle = c10::Dispatcher::singleton().findOp(name);
    if (!handle || !handle->hasSchema()) continue;
    result.Set(result.Length(),
               name.overload_name.empty() ? name.name : name.name + '.' + name.overload_name);
  }
  return result;
}

/// The stack of one call. The env keeps one for reuse; a call inside a call (a hook) makes its own.
struct StackLease {
  explicit StackLease(Addon& owner) : stack(std::exchange(owner.spare_stack, {})), addon(owner) {}
  ~StackLease() {
    stack.clear();
    addon.spare_stack = std::move(stack);
  }
  StackLease(const StackLease&) = delete;
  StackLease& operator=(const StackLease&) = delete;

  torch::jit::Stack stack;
  Addon& addon;
};

/// Runs an operator that resizes an argument; if it fails the argument keeps its shape.
void run_resizing(const Operator& op, torch::jit::Stack& stack) {
  const Shapes shapes(op, stack);
  try {
    op.call(stack);
  } catch (...) {
    shapes.restore();
    throw;
  }
}

/// Runs an operator that can be repeated: once more, with garbage collected, where the memory was
/// exhausted. Not if JS has run meanwhile, as hooks do: the frame may then be another call's.
void run_repeatable(const Call& call, const Operator& op, torch::jit::Stack& stack) {
  Addon& addon = call.addon();
  const uint64_t entries = addon.entries;
  try {
    return op.call(stack);
  } catch (const c10::Error& error) {
    if (!is_out_of_memory(error) || entries != addon.entries || !collect_all(addon)) throw;
  }
  stack.clear();
  read_frame(call, op, stack);
  op.call(stack);
}

/// callOperator(...slots): operator and arguments in the frame. One result comes back as itself,
/// several as an array; a result that is one of the arguments comes back as undefined (JS has it
/// already).
napi_value call_operator(Call& call) {
  Addon& addon = call.addon();
  const Operator& op = operator_of(call, addon.frame[0]);
  const auto& returns = op.returns();
  StackLease lease(addon);
  torch::jit::Stack& stack = lease.stack;
  stack.reserve(std::max(op.arguments().size(), returns.size()));
  read_frame(call, op, stack);

  // An operator may run inside another one, from a hook.
  const char* outer = std::exchange(addon.running, op.name().c_str());
  if (op.repeatable()) {
    run_repeatable(call, op, stack);
  } else if (op.resizes()) {
    run_resizing(op, stack);
  } else {
    op.call(stack);
  }
  addon.running = outer;

  if (returns.empty()) return call.undefined();
  if (returns.size() == 1) {
    if (returns[0].argument >= 0) return call.undefined();
    return to_js(call, std::move(stack[0]));
  }
  napi_value results;
  napi_create_array_with_length(call.env(), returns.size(), &results);
  for (size_t i = 0; i < returns.size(); ++i) {
    if (returns[i].argument >= 0) continue;
    napi_set_element(call.env(), results, static_cast<uint32_t>(i),
                     to_js(call, std::move(stack[i])));
  }
  return results;
}

constexpr Export kExports[] = {
    {"findOperator", find_operator},
    {"describeOperator", describe_operator},
    {"listOperators", list_operators},
    {"callOperator", call_operator},
};

}  // namespace

void export_dispatch(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
