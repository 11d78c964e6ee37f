#include "tensor/convert.h"

#include <ATen/core/List.h>

namespace node_libtorch {
namespace {

constexpr int64_t kMaxSafeInteger = 9007199254740991;

napi_value integer(const Call& call, int64_t value) {
  if (value >= -kMaxSafeInteger && value <= kMaxSafeInteger) {
    return call.number_value(static_cast<double>(value));
  }
  napi_value result;
  napi_create_bigint_int64(call.env(), value, &result);
  return result;
}

napi_value complex(const Call& call, c10::complex<double> value) {
  Napi::Object result = Napi::Object::New(call.env());
  result.Set("re", value.real());
  result.Set("im", value.imag());
  return result;
}

napi_value list(const Call& call, c10::ArrayRef<c10::IValue> values) {
  napi_value result;
  napi_create_array_with_length(call.env(), values.size(), &result);
  for (size_t i = 0; i < values.size(); ++i) {
    napi_set_element(call.env(), result, static_cast<uint32_t>(i), to_js(call, values[i]));
  }
  return result;
}

}  // namespace

napi_value scalar_to_js(const Call& call, const at::Scalar& value) {
  if (value.isBoolean()) return call.boolean_value(value.toBool());
  constexpr auto kSafe = static_cast<uint64_t>(kMaxSafeInteger);
  if (value.isUnsigned() && value.toUInt64() > kSafe) {
    napi_value result;
    napi_create_bigint_uint64(call.env(), value.toUInt64(), &result);
    return result;
  }
  if (value.isIntegral(/*includeBool=*/false)) return integer(call, value.toLong());
  if (value.isComplex()) return complex(call, value.toComplexDouble());
  return call.number_value(value.toDouble());
}

napi_value to_js(const Call& call, c10::IValue value) {
  if (value.isTensor()) return call.tensor_value(std::move(value).toTensor());
  if (value.isInt()) return integer(call, value.toInt());
  if (value.isBool()) return call.boolean_value(value.toBool());
  if (value.isDouble()) return call.number_value(value.toDouble());
  if (value.isScalar()) return scalar_to_js(call, value.toScalar());
  if (value.isList()) return list(call, value.toListRef());
  if (value.isString()) return call.string_value(value.toStringRef());
  if (value.isTuple()) return list(call, value.toTupleRef().elements());
  if (value.isDevice()) return call.string_value(value.toDevice().str());
  if (value.isNone()) {
    napi_value null;
    napi_get_null(call.env(), &null);
    return null;
  }
  throw ArgumentError("a result of type " + value.tagKind() + " cannot be given to JavaScript");
}

}  // namespace node_libtorch
