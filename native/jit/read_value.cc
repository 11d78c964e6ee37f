#include <ATen/core/Dict.h>
#include <ATen/core/Generator.h>
#include <ATen/core/List.h>
#include <ATen/core/jit_type.h>

#include <cmath>

#include "jit/values.h"

namespace node_libtorch {
namespace {

napi_valuetype type_of(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  return type;
}

bool is_absent(napi_env env, napi_value value) {
  const napi_valuetype type = type_of(env, value);
  return type == napi_undefined || type == napi_null;
}

bool is_array(napi_env env, napi_value value) {
  bool result = false;
  napi_is_array(env, value, &result);
  return result;
}

/// Whether it is { keys, values } or { float }, as against null, an array or a handle.
bool is_object(napi_env env, napi_value value) {
  return type_of(env, value) == napi_object && !is_array(env, value);
}

/// One value on its way to C++; what it takes for granted about types is checked at each step.
class Reader {
 public:
  Reader(napi_env env, const std::string& where) : env_(env), where_(where) {}

  c10::IValue read(napi_value value, const c10::TypePtr& type, const Place& place) const {
    switch (type->kind()) {
      case c10::TypeKind::TensorType:
        return tensor(value, place);
      case c10::TypeKind::OptionalType:
        if (is_absent(env_, value)) return {};
        return read(value, type->expectRef<c10::OptionalType>().getElementType(), place);
      case c10::TypeKind::NoneType:
        if (is_absent(env_, value)) return {};
        refuse(value, "null", place);
      case c10::TypeKind::IntType:
      case c10::TypeKind::SymIntType:
        return integer(value, place);
      case c10::TypeKind::FloatType:
      case c10::TypeKind::SymFloatType:
        return number(value, place);
      case c10::TypeKind::NumberType:
        return scalar(value, place);
      case c10::TypeKind::ComplexType:
        return complex(value, place);
      case c10::TypeKind::BoolType:
      case c10::TypeKind::SymBoolType: {
        bool flag;
        if (napi_get_value_bool(env_, value, &flag) == napi_ok) return flag;
        refuse(value, "a boolean", place);
      }
      case c10::TypeKind::StringType:
        if (type_of(env_, value) == napi_string) return string(value);
        refuse(value, "a string", place);
      case c10::TypeKind::DeviceObjType:
        return device(value, place);
      case c10::TypeKind::GeneratorType:
        if (auto* cell = open_handle<at::Generator>(env_, value)) return cell->value;
        refuse(value, "a Generator", place);
      case c10::TypeKind::ListType:
        return list(value, type, place);
      case c10::TypeKind::TupleType:
        return tuple(value, type, place);
      case c10::TypeKind::DictType:
        return dict(value, type, place);
      case c10::TypeKind::UnionType:
        return any_of(value, type, place);
      case c10::TypeKind::AnyType:
        return inferred(value, place);
      default:
        refuse(value, ("a " + type->repr_str() + ", which JavaScript cannot give").c_str(), place);
    }
  }

  /// Without knowing the type. A whole number is an int, an array a list if its elements are of
  /// one type and else a tuple.
  c10::IValue inferred(napi_value value, const Place& place) const {
    if (place.depth() > kMaxDepth) refuse(value, "fewer than 64 levels", place);
    if (is_absent(env_, value)) return {};
    if (is_array(env_, value)) return inferred_list(value, place);
    switch (type_of(env_, value)) {
      case napi_boolean: {
        bool flag = false;
        napi_get_value_bool(env_, value, &flag);
        return flag;
      }
      case napi_string:
        return string(value);
      case napi_number:
      case napi_bigint:
        return scalar(value, place);
      case napi_external:
        return tensor(value, place);
      default:
        break;
    }
    if (has(value, "float")) return scalar(value, place);
    if (!has(value, "keys")) refuse(value, "a value that TorchScript knows", place);
    const Napi::Array keys = member(value, "keys");
    c10::IValue elements = inferred_list(member(value, "values"), place);
    const bool is_list = elements.isList();
    c10::impl::GenericDict result(c10::StringType::get(), is_list
                                                              ? elements.toList().elementType()
                                                              : c10::TypePtr(c10::AnyType::get()));
    for (uint32_t i = 0; i < keys.Length(); ++i) {
      result.insert(read(keys.Get(i), c10::StringType::get(), place),
                    is_list ? elements.toList().get(i) : elements.toTupleRef().elements()[i]);
    }
    return result;
  }

  c10::IValue traceable(napi_value value, const Place& place) const {
    if (place.depth() > kMaxDepth) refuse(value, "fewer than 64 levels", place);
    if (is_array(env_, value)) {
      const Napi::Array array(env_, value);
      std::vector<c10::IValue> elements;
      for (uint32_t i = 0; i < array.Length(); ++i) {
        elements.push_back(traceable(array.Get(i), Place(place, i)));
      }
      return c10::ivalue::Tuple::create(std::move(elements));
    }
    if (is_object(env_, value) && has(value, "keys")) {
      const Napi::Array keys = member(value, "keys");
      const Napi::Array values = member(value, "values");
      c10::impl::GenericDict result(c10::StringType::get(), c10::TensorType::get());
      for (uint32_t i = 0; i < keys.Length(); ++i) {
        const Place entry(place, i);
        result.insert(read(keys.Get(i), c10::StringType::get(), entry),
                      tensor(values.Get(i), entry));
      }
      return result;
    }
    return tensor(value, place);
  }

 private:
  [[noreturn]] void refuse(napi_value value, const char* expected, const Place& place) const {
    refuse(describe(env_, value), expected, place);
  }
  [[noreturn]] void refuse(const std::string& given, const char* expected,
                           const Place& place) const {
    throw ArgumentError(where_ + ": expected " + expected + " for " + place.text() + ", got " +
                        given);
  }

  Napi::Array member(napi_value object, const char* name) const {
    return Napi::Object(env_, object).Get(name).As<Napi::Array>();
  }
  bool has(napi_value object, const char* name) const {
    return Napi::Object(env_, object).Has(name);
  }

  std::string string(napi_value value) const { return Napi::String(env_, value).Utf8Value(); }

  c10::Device device(napi_value value, const Place& place) const {
    constexpr const char* kExpected = "a device such as 'cpu' or 'cuda:0'";
    if (type_of(env_, value) != napi_string) refuse(value, kExpected, place);
    const std::string name = string(value);
    try {
      return c10::Device(name);
    } catch (const c10::Error&) {
      refuse("'" + name + "'", kExpected, place);
    }
  }

  at::Tensor tensor(napi_value value, const Place& place) const {
    auto* cell = open_handle<at::Tensor>(env_, value);
    if (cell == nullptr) refuse(value, HandleType<at::Tensor>::name, place);
    if (!cell->value.defined()) {
      throw DisposedError(where_ + ": the tensor " + place.text() + " has been disposed" +
                          where_disposed(*cell->ledger, cell));
    }
    return cell->value;
  }

  /// The number of { float }, else the value itself.
  napi_value plain(napi_value value) const {
    if (!is_object(env_, value) || !has(value, "float")) return value;
    return Napi::Object(env_, value).Get("float");
  }

  int64_t integer(napi_value value, const Place& place) const {
    int64_t result = 0;
    bool lossless = false;
    if (napi_get_value_bigint_int64(env_, value, &result, &lossless) == napi_ok && lossless) {
      return result;
    }
    double number;
    if (napi_get_value_double(env_, value, &number) != napi_ok || std::trunc(number) != number ||
        std::abs(number) > kMaxSafeInteger) {
      refuse(value, "an integer", place);
    }
    return static_cast<int64_t>(number);
  }

  double number(napi_value value, const Place& place) const {
    value = plain(value);
    if (type_of(env_, value) == napi_bigint) return static_cast<double>(integer(value, place));
    double result;
    if (napi_get_value_double(env_, value, &result) != napi_ok) refuse(value, "a number", place);
    return result;
  }

  /// A whole number is an int; -0 would lose its sign as one.
  c10::IValue scalar(napi_value value, const Place& place) const {
    bool flag;
    if (napi_get_value_bool(env_, value, &flag) == napi_ok) return flag;
    if (type_of(env_, value) == napi_bigint) return integer(value, place);
    if (is_object(env_, value)) {
      if (has(value, "float")) return number(value, place);
      return complex(value, place);
    }
    const double result = number(value, place);
    const bool whole = std::trunc(result) == result && std::abs(result) <= kMaxSafeInteger;
    if (whole && !(result == 0 && std::signbit(result))) return static_cast<int64_t>(result);
    return result;
  }

  c10::IValue complex(napi_value value, const Place& place) const {
    if (is_object(env_, value) && has(value, "re")) {
      const Napi::Object object(env_, value);
      return c10::complex<double>(number(object.Get("re"), place), number(object.Get("im"), place));
    }
    return c10::complex<double>(number(value, place), 0);
  }

  c10::IValue list(napi_value value, const c10::TypePtr& type, const Place& place) const {
    if (!is_array(env_, value)) refuse(value, "an array", place);
    const c10::TypePtr element = type->expectRef<c10::ListType>().getElementType();
    const Napi::Array array(env_, value);
    c10::impl::GenericList result(element);
    for (uint32_t i = 0; i < array.Length(); ++i) {
      const Napi::HandleScope scope(env_);
      result.push_back(read(array.Get(i), element, Place(place, i)));
    }
    return result;
  }

  c10::IValue tuple(napi_value value, const c10::TypePtr& type, const Place& place) const {
    const auto tuple_type = type->cast<c10::TupleType>();
    const auto& schema = tuple_type->schema();
    const auto& types = tuple_type->elements();
    std::vector<c10::IValue> elements;
    if (is_array(env_, value)) {
      const Napi::Array array(env_, value);
      if (array.Length() != types.size()) {
        refuse(value, ("an array of " + std::to_string(types.size())).c_str(), place);
      }
      for (uint32_t i = 0; i < types.size(); ++i) {
        elements.push_back(read(array.Get(i), types[i], Place(place, i)));
      }
    } else if (schema && is_object(env_, value) && has(value, "keys")) {
      read_fields(value, *schema, place, elements);
    } else {
      refuse(value, schema ? "an array, or an object of its fields," : "an array", place);
    }
    return schema ? c10::ivalue::Tuple::createNamed(std::move(elements), tuple_type)
                  : c10::ivalue::Tuple::create(std::move(elements));
  }

  void read_fields(napi_value value, const c10::FunctionSchema& schema, const Place& place,
                   std::vector<c10::IValue>& elements) const {
    const Napi::Array keys = member(value, "keys");
    const Napi::Array values = member(value, "values");
    std::unordered_map<std::string, napi_value> given;
    for (uint32_t i = 0; i < keys.Length(); ++i) {
      given[keys.Get(i).ToString().Utf8Value()] = values.Get(i);
    }
    for (const c10::Argument& field : schema.arguments()) {
      const auto found = given.find(field.name());
      if (found != given.end()) {
        elements.push_back(read(found->second, field.type(), Place(place, elements.size())));
        given.erase(found);
      } else if (field.default_value()) {
        elements.push_back(*field.default_value());
      } else {
        refuse(value, ("an object with the field '" + field.name() + "'").c_str(), place);
      }
    }
    if (!given.empty()) {
      refuse(value, ("an object without the field '" + given.begin()->first + "'").c_str(), place);
    }
  }

  c10::IValue dict(napi_value value, const c10::TypePtr& type, const Place& place) const {
    if (!is_object(env_, value) || !has(value, "keys")) refuse(value, "a Map or an object", place);
    const auto& dict_type = type->expectRef<c10::DictType>();
    const Napi::Array keys = member(value, "keys");
    const Napi::Array values = member(value, "values");
    c10::impl::GenericDict result(dict_type.getKeyType(), dict_type.getValueType());
    for (uint32_t i = 0; i < keys.Length(); ++i) {
      const Napi::HandleScope scope(env_);
      const Place entry(place, i);
      result.insert(read(keys.Get(i), dict_type.getKeyType(), entry),
                    read(values.Get(i), dict_type.getValueType(), entry));
    }
    return result;
  }

  /// The first type of a Union that takes the value.
  c10::IValue any_of(napi_value value, const c10::TypePtr& type, const Place& place) const {
    for (const c10::TypePtr& one : type->expectRef<c10::UnionType>().containedTypes()) {
      try {
        return read(value, one, place);
      } catch (const ArgumentError&) {
        // Perhaps the next.
      }
    }
    refuse(value, ("a " + type->repr_str()).c_str(), place);
  }

  c10::IValue inferred_list(napi_value value, const Place& place) const {
    const Napi::Array array(env_, value);
    std::vector<c10::IValue> elements;
    c10::TypePtr type = c10::AnyType::get();
    bool uniform = true;
    for (uint32_t i = 0; i < array.Length(); ++i) {
      elements.push_back(inferred(array.Get(i), Place(place, i)));
      // A tensor's own type knows its shape, which a list's does not.
      const c10::TypePtr own = c10::unshapedType(elements.back().type());
      if (i == 0) type = own;
      uniform = uniform && *own == *type;
    }
    if (!uniform) return c10::ivalue::Tuple::create(std::move(elements));
    c10::impl::GenericList result(type);
    for (c10::IValue& element : elements) result.push_back(std::move(element));
    return result;
  }

  napi_env env_;
  const std::string& where_;
};

}  // namespace

std::string Place::text() const {
  return parent_ == nullptr ? *name_ : parent_->text() + "[" + std::to_string(index_) + "]";
}

c10::IValue read_value(napi_env env, napi_value value, const c10::TypePtr& type,
                       const std::string& where, const Place& place) {
  return Reader(env, where).read(value, type, place);
}

c10::IValue read_traceable(napi_env env, napi_value value, const std::string& where,
                           const Place& place) {
  return Reader(env, where).traceable(value, place);
}

std::vector<c10::IValue> read_arguments(const Call& call, size_t first,
                                        const c10::FunctionSchema& schema) {
  const std::string& where = schema.name();
  const auto& arguments = schema.arguments();
  const size_t expected = arguments.size() - 1;  // without self
  const size_t given = call.size() > first ? call.size() - first : 0;
  if (given > expected) {
    throw ArgumentError(where + ": expected at most " + std::to_string(expected) +
                        " arguments, got " + std::to_string(given));
  }
  const Reader reader(call.env(), where);
  std::vector<c10::IValue> values;
  values.reserve(arguments.size());
  for (size_t i = 0; i < expected; ++i) {
    const c10::Argument& argument = arguments[i + 1];
    const bool missing = type_of(call.env(), call[first + i]) == napi_undefined;
    if (missing && argument.default_value()) {
      values.push_back(*argument.default_value());
    } else {
      values.push_back(reader.read(call[first + i], argument.type(), Place(argument.name())));
    }
  }
  return values;
}

}  // namespace node_libtorch
