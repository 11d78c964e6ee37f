#include <ATen/core/Dict.h>
#include <ATen/core/List.h>
#include <ATen/core/jit_type.h>

#include <cmath>

#include "jit/values.h"

namespace node_libtorch {
namespace {

class Writer {
 public:
  explicit Writer(Addon& addon) : addon_(addon), env_(addon.env) {}

  Napi::Value write(const c10::IValue& value, size_t depth = 0) const {
    if (depth > kMaxDepth) throw ArgumentError("the result is nested more than 64 deep");
    if (value.isNone()) return env_.Null();
    if (value.isTensor()) return tensor(value.toTensor());
    if (value.isBool()) return Napi::Boolean::New(env_, value.toBool());
    if (value.isInt()) return integer(value.toInt());
    if (value.isDouble()) return Napi::Number::New(env_, value.toDouble());
    if (value.isString()) return Napi::String::New(env_, value.toStringRef());
    if (value.isDevice()) return Napi::String::New(env_, value.toDevice().str());
    if (value.isComplexDouble()) return complex(value.toComplexDouble());
    if (value.isTuple()) return tuple(value, depth);
    if (value.isList()) return list(value.toListRef(), depth);
    if (value.isGenericDict()) return dict(value, depth);
    throw ArgumentError("the result is a " + value.type()->repr_str() +
                        ", which has no form in JavaScript");
  }

 private:
  Napi::Value tensor(const at::Tensor& value) const {
    if (!value.defined()) return env_.Null();
    return {env_, make_handle(env_, *addon_.ledger, value)};
  }

  Napi::Value integer(int64_t value) const {
    const auto number = static_cast<double>(value);
    if (std::abs(number) <= kMaxSafeInteger) return Napi::Number::New(env_, number);
    return Napi::BigInt::New(env_, value);
  }

  Napi::Value complex(c10::complex<double> value) const {
    Napi::Object object = Napi::Object::New(env_);
    object.Set("re", value.real());
    object.Set("im", value.imag());
    return object;
  }

  Napi::Value list(c10::ArrayRef<c10::IValue> elements, size_t depth) const {
    Napi::Array array = Napi::Array::New(env_, elements.size());
    for (size_t i = 0; i < elements.size(); ++i) {
      const Napi::HandleScope scope(env_);
      array.Set(static_cast<uint32_t>(i), write(elements[i], depth + 1));
    }
    return array;
  }

  Napi::Value tuple(const c10::IValue& value, size_t depth) const {
    Napi::Object object = Napi::Object::New(env_);
    const auto& elements = value.toTupleRef().elements();
    object.Set("tuple", list(c10::ArrayRef<c10::IValue>(elements), depth));
    const auto type = value.type()->cast<c10::TupleType>();
    if (type == nullptr || !type->schema()) return object;
    Napi::Array names = Napi::Array::New(env_);
    for (const c10::Argument& field : type->schema()->arguments()) {
      names.Set(names.Length(), field.name());
    }
    object.Set("names", names);
    return object;
  }

  Napi::Value dict(const c10::IValue& value, size_t depth) const {
    Napi::Array keys = Napi::Array::New(env_);
    Napi::Array values = Napi::Array::New(env_);
    for (const auto& entry : value.toGenericDict()) {
      keys.Set(keys.Length(), write(entry.key(), depth + 1));
      values.Set(values.Length(), write(entry.value(), depth + 1));
    }
    Napi::Object object = Napi::Object::New(env_);
    object.Set("keys", keys);
    object.Set("values", values);
    return object;
  }

  Addon& addon_;
  Napi::Env env_;
};

}  // namespace

napi_value write_value(Addon& addon, const c10::IValue& value) {
  return Writer(addon).write(value);
}

}  // namespace node_libtorch
