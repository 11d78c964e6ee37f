// An ATen operator, looked up once: what it takes, its defaults, and how to call it boxed.
#pragma once

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace node_libtorch {

/// The schema types that arguments and results can have, apart from list and optional.
enum class ValueKind : uint8_t {
  kTensor,
  kInt,
  kFloat,
  kScalar,
  kBool,
  kString,
  kDtype,
  kLayout,
  kMemoryFormat,
  kDevice,
  kGenerator,
  kStorage,
  kStream,
  kOther,
};

/// The type's name in a schema, as JS receives it.
const char* kind_name(ValueKind kind);

struct ArgumentSpec {
  std::string name;
  ValueKind kind;
  bool optional;  ///< None is allowed
  bool list;
  bool optional_element;  ///< Tensor?[]
  int32_t length;         ///< N of int[N], for which a single number will do; else 0
  bool keyword_only;
  bool out;
  bool written;  ///< marked (a!): changed in place
  std::optional<c10::IValue> default_value;
};

struct ReturnSpec {
  std::string name;  ///< empty where the schema gives none
  ValueKind kind;
  bool list;
  int32_t argument;  ///< index of the argument that comes back (in-place, out); -1 for a new value
};

class Operator {
 public:
  explicit Operator(const c10::OperatorHandle& handle);

  /// Name without `aten::`, for messages.
  const std::string& name() const { return name_; }
  const std::vector<ArgumentSpec>& arguments() const { return arguments_; }
  const std::vector<ReturnSpec>& returns() const { return returns_; }
  const std::string& schema() const { return schema_; }

  /// Whether it may give an argument another shape than it had.
  bool resizes() const { return resizes_; }
  /// Whether a second run gives what the first would have given: it writes nothing, draws nothing.
  bool repeatable() const { return repeatable_; }

  /// Runs it: the stack goes in with every argument and comes out with the results.
  void call(torch::jit::Stack& stack) const { handle_.callBoxed(stack); }

 private:
  c10::OperatorHandle handle_;
  std::string name_;
  std::string schema_;
  std::vector<ArgumentSpec> arguments_;
  std::vector<ReturnSpec> returns_;
  bool resizes_ = false;
  bool repeatable_ = false;
};

}  // namespace node_libtorch
