#include "napi/call.h"

#include <cmath>

#include "napi/errors.h"
#include "napi/warnings.h"

namespace node_libtorch {
namespace {

constexpr double kMaxSafeInteger = 9007199254740991.0;

/// The data pointer of an exported function; lives as long as the env.
struct Binding {
  Addon* addon;
  const Export* target;
};

napi_value enter(napi_env env, napi_callback_info info) {
  return guarded(env, [&]() -> napi_value {
    Call call(env, info);
    Addon& addon = call.addon();
    ++addon.entries;
    addon.releases->drain(env);
    if (over_budget(*addon.ledger)) keep_budget(addon);
    napi_value result = call.target().function(call);
    emit_warnings(addon);
    addon.ledger->report();
    return result;
  });
}

}  // namespace

void add_exports(Addon& addon, Napi::Object exports, const Export* begin, const Export* end) {
  for (const Export* entry = begin; entry != end; ++entry) {
    auto* binding = new Binding{&addon, entry};
    addon.bindings.emplace_back(binding, [](void* p) { delete static_cast<Binding*>(p); });
    napi_value function;
    if (napi_create_function(addon.env, entry->name, NAPI_AUTO_LENGTH, &enter, binding,
                             &function) != napi_ok) {
      throw Napi::Error::New(addon.env);
    }
    exports.Set(entry->name, Napi::Value(addon.env, function));
  }
}

Call::Call(napi_env env, napi_callback_info info) : env_(env) {
  arguments_.resize(12);
  size_t count = arguments_.size();
  void* data = nullptr;
  napi_get_cb_info(env, info, &count, arguments_.data(), nullptr, &data);
  if (count > arguments_.size()) {
    arguments_.resize(count);
    napi_get_cb_info(env, info, &count, arguments_.data(), nullptr, nullptr);
  }
  count_ = count;
  const auto* binding = static_cast<Binding*>(data);
  addon_ = binding->addon;
  target_ = binding->target;
}

napi_value Call::operator[](size_t i) const { return i < count_ ? arguments_[i] : undefined(); }

bool Call::absent(size_t i) const {
  if (i >= count_) return true;
  napi_valuetype type;
  napi_typeof(env_, arguments_[i], &type);
  return type == napi_undefined || type == napi_null;
}

at::Tensor& Call::tensor(size_t i, const char* what) const {
  Cell<at::Tensor>* cell = open_handle<at::Tensor>(env_, (*this)[i]);
  if (cell == nullptr) refuse(i, what, HandleType<at::Tensor>::name);
  if (!cell->value.defined()) {
    throw DisposedError(std::string(name()) + ": the tensor " + what + " has been disposed" +
                        where_disposed(*cell->ledger, cell));
  }
  return cell->value;
}

double Call::number(size_t i, const char* what) const {
  double value;
  if (napi_get_value_double(env_, (*this)[i], &value) != napi_ok) refuse(i, what, "a number");
  return value;
}

int64_t Call::integer(size_t i, const char* what) const {
  double value;
  if (napi_get_value_double(env_, (*this)[i], &value) != napi_ok || std::trunc(value) != value ||
      std::abs(value) > kMaxSafeInteger) {
    refuse(i, what, "a safe integer");
  }
  return static_cast<int64_t>(value);
}

bool Call::boolean(size_t i, const char* what) const {
  bool value;
  if (napi_get_value_bool(env_, (*this)[i], &value) != napi_ok) refuse(i, what, "a boolean");
  return value;
}

std::string Call::string(size_t i, const char* what) const {
  size_t length;
  if (napi_get_value_string_utf8(env_, (*this)[i], nullptr, 0, &length) != napi_ok) {
    refuse(i, what, "a string");
  }
  std::string value(length, '\0');
  napi_get_value_string_utf8(env_, (*this)[i], value.data(), length + 1, &length);
  return value;
}

Napi::Object Call::object(size_t i, const char* what) const {
  napi_valuetype type;
  napi_typeof(env_, (*this)[i], &type);
  if (type != napi_object) refuse(i, what, "an object");
  return {env_, (*this)[i]};
}

void Call::refuse(size_t i, const char* what, const char* expected) const {
  throw ArgumentError(std::string(name()) + ": expected " + expected + " for " + what + ", got " +
                      describe(env_, (*this)[i]));
}

napi_value Call::undefined() const {
  napi_value value;
  napi_get_undefined(env_, &value);
  return value;
}

napi_value Call::boolean_value(bool value) const {
  napi_value result;
  napi_get_boolean(env_, value, &result);
  return result;
}

napi_value Call::number_value(double value) const {
  napi_value result;
  napi_create_double(env_, value, &result);
  return result;
}

napi_value Call::string_value(std::string_view value) const {
  napi_value result;
  napi_create_string_utf8(env_, value.data(), value.size(), &result);
  return result;
}

napi_value Call::tensor_value(at::Tensor value) const {
  if (!value.defined()) {
    napi_value null;
    napi_get_null(env_, &null);
    return null;
  }
  return make_handle(env_, *addon_->ledger, std::move(value));
}

std::string describe(napi_env env, napi_value value) {
  napi_valuetype type;
  if (napi_typeof(env, value, &type) != napi_ok) return "an unknown value";
  switch (type) {
    case napi_undefined:
      return "undefined";
    case napi_null:
      return "null";
    case napi_boolean: {
      bool b = false;
      napi_get_value_bool(env, value, &b);
      return b ? "true" : "false";
    }
    case napi_number: {
      return "the number " + Napi::Value(env, value).ToString().Utf8Value();
    }
    case napi_string:
      return "a string";
    case napi_symbol:
      return "a symbol";
    case napi_function:
      return "a function";
    case napi_external:
      return "a handle of another type";
    case napi_bigint:
      return "a bigint";
    case napi_object: {
      bool is_array = false;
      napi_is_array(env, value, &is_array);
      return is_array ? "an array" : "an object";
    }
  }
  return "an unknown value";
}

}  // namespace node_libtorch
