#include "tensor/operator.h"

#include <ATen/core/enum_tag.h>
#include <ATen/core/jit_type.h>

#include <algorithm>
#include <sstream>
#include <string_view>

namespace node_libtorch {
namespace {

ValueKind kind_of(const c10::TypePtr& type) {
  switch (type->kind()) {
    case c10::TypeKind::TensorType:
      return ValueKind::kTensor;
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
      return ValueKind::kInt;
    case c10::TypeKind::FloatType:
    case c10::TypeKind::SymFloatType:
      return ValueKind::kFloat;
    case c10::TypeKind::NumberType:
      return ValueKind::kScalar;
    case c10::TypeKind::BoolType:
    case c10::TypeKind::SymBoolType:
      return ValueKind::kBool;
    case c10::TypeKind::StringType:
      return ValueKind::kString;
    case c10::TypeKind::ScalarTypeType:
      return ValueKind::kDtype;
    case c10::TypeKind::LayoutType:
      return ValueKind::kLayout;
    case c10::TypeKind::MemoryFormatType:
      return ValueKind::kMemoryFormat;
    case c10::TypeKind::DeviceObjType:
      return ValueKind::kDevice;
    case c10::TypeKind::GeneratorType:
      return ValueKind::kGenerator;
    case c10::TypeKind::StorageType:
      return ValueKind::kStorage;
    case c10::TypeKind::StreamObjType:
      return ValueKind::kStream;
    default:
      return ValueKind::kOther;
  }
}

ArgumentSpec argument_spec(const c10::Argument& argument) {
  // type() flattens SymInt, ScalarType, Layout and MemoryFormat to int; real_type() does not.
  c10::TypePtr type = argument.real_type();
  ArgumentSpec spec{};
  spec.name = argument.name();
  spec.keyword_only = argument.kwarg_only();
  spec.out = argument.is_out();
  spec.written = argument.alias_info() != nullptr && argument.alias_info()->isWrite();
  spec.default_value = argument.default_value();
  if (auto optional = type->cast<c10::OptionalType>()) {
    spec.optional = true;
    type = optional->getElementType();
  }
  if (auto list = type->cast<c10::ListType>()) {
    spec.list = true;
    spec.length = argument.N().value_or(0);
    type = list->getElementType();
    if (auto optional = type->cast<c10::OptionalType>()) {
      spec.optional_element = true;
      type = optional->getElementType();
    }
  }
  spec.kind = kind_of(type);
  return spec;
}

/// The argument that a result marked (a!) is identical to.
int32_t aliased_argument(const c10::FunctionSchema& schema, const c10::Argument& result) {
  const auto* alias = result.alias_info();
  if (alias == nullptr || !alias->isWrite()) return -1;
  for (size_t i = 0; i < schema.arguments().size(); ++i) {
    const auto* other = schema.arguments()[i].alias_info();
    if (other != nullptr && other->isWrite() && other->beforeSets() == alias->beforeSets()) {
      return static_cast<int32_t>(i);
    }
  }
  return -1;
}

ReturnSpec return_spec(const c10::FunctionSchema& schema, const c10::Argument& result) {
  c10::TypePtr type = result.real_type();
  ReturnSpec spec{};
  spec.name = result.name();
  if (auto list = type->cast<c10::ListType>()) {
    spec.list = true;
    type = list->getElementType();
  }
  spec.kind = kind_of(type);
  spec.argument = aliased_argument(schema, result);
  return spec;
}

}  // namespace

const char* kind_name(ValueKind kind) {
  switch (kind) {
    case ValueKind::kTensor:
      return "Tensor";
    case ValueKind::kInt:
      return "int";
    case ValueKind::kFloat:
      return "float";
    case ValueKind::kScalar:
      return "Scalar";
    case ValueKind::kBool:
      return "bool";
    case ValueKind::kString:
      return "str";
    case ValueKind::kDtype:
      return "ScalarType";
    case ValueKind::kLayout:
      return "Layout";
    case ValueKind::kMemoryFormat:
      return "MemoryFormat";
    case ValueKind::kDevice:
      return "Device";
    case ValueKind::kGenerator:
      return "Generator";
    case ValueKind::kStorage:
      return "Storage";
    case ValueKind::kStream:
      return "Stream";
    case ValueKind::kOther:
      break;
  }
  return "other";
}

Operator::Operator(const c10::OperatorHandle& handle) : handle_(handle) {
  const c10::FunctionSchema& schema = handle.schema();
  constexpr std::string_view kAten = "aten::";
  name_ = schema.name();
  if (name_.rfind(kAten, 0) == 0) name_.erase(0, kAten.size());
  std::ostringstream text;
  text << schema;
  schema_ = text.str();
  for (const auto& argument : schema.arguments()) arguments_.push_back(argument_spec(argument));
  const bool writes = std::any_of(arguments_.begin(), arguments_.end(),
                                  [](const ArgumentSpec& spec) { return spec.written; });
  repeatable_ = !writes && !handle.hasTag(at::Tag::nondeterministic_seeded);
  // Every operator resizes its outs to fit; resize_, resize_as_, set_ and their kin say so.
  resizes_ = writes && (name_.find("resize") != std::string::npos || name_.rfind("set_", 0) == 0 ||
                        std::any_of(arguments_.begin(), arguments_.end(),
                                    [](const ArgumentSpec& spec) { return spec.out; }));
  for (const auto& result : schema.returns()) returns_.push_back(return_spec(schema, result));
}

}  // namespace node_libtorch
