#include "nn/options.h"

#include <cmath>

#include "napi/call.h"

namespace node_libtorch {
namespace {

std::optional<int64_t> as_integer(const Napi::Value& value) {
  if (!value.IsNumber()) return std::nullopt;
  const double number = value.As<Napi::Number>().DoubleValue();
  if (std::trunc(number) != number || std::abs(number) > 9007199254740991.0) return std::nullopt;
  return static_cast<int64_t>(number);
}

}  // namespace

void OptionReader::refuse(const char* name, const char* expected) const {
  throw ArgumentError(where_ + ": expected " + expected + " for " + name + ", got " +
                      describe(object_.Env(), get(name)));
}

int64_t OptionReader::integer(const char* name) const {
  const auto value = as_integer(get(name));
  if (!value) refuse(name, "an integer");
  return *value;
}

double OptionReader::number(const char* name) const {
  const Napi::Value value = get(name);
  if (!value.IsNumber()) refuse(name, "a number");
  return value.As<Napi::Number>().DoubleValue();
}

bool OptionReader::boolean(const char* name) const {
  const Napi::Value value = get(name);
  if (!value.IsBoolean()) refuse(name, "a boolean");
  return value.As<Napi::Boolean>();
}

std::string OptionReader::string(const char* name) const {
  const Napi::Value value = get(name);
  if (!value.IsString()) refuse(name, "a string");
  return value.As<Napi::String>();
}

bool OptionReader::has(const char* name) const {
  const Napi::Value value = get(name);
  return !value.IsUndefined() && !value.IsNull();
}

Napi::Array OptionReader::array(const char* name, size_t length) const {
  const Napi::Value value = get(name);
  if (!value.IsArray() || value.As<Napi::Array>().Length() != length) {
    refuse(name, ("an array of length " + std::to_string(length)).c_str());
  }
  return value.As<Napi::Array>();
}

size_t OptionReader::length(const char* name) const {
  const Napi::Value value = get(name);
  if (!value.IsArray()) refuse(name, "an array");
  return value.As<Napi::Array>().Length();
}

std::vector<double> OptionReader::numbers(const char* name, size_t length) const {
  const Napi::Array values = array(name, length);
  std::vector<double> result;
  for (uint32_t i = 0; i < length; ++i) {
    const Napi::Value entry = values.Get(i);
    if (!entry.IsNumber()) refuse(name, "an array of numbers");
    result.push_back(entry.As<Napi::Number>().DoubleValue());
  }
  return result;
}

std::vector<int64_t> OptionReader::integers(const char* name, size_t length) const {
  const Napi::Array values = array(name, length);
  std::vector<int64_t> result;
  for (uint32_t i = 0; i < length; ++i) {
    const auto value = as_integer(values.Get(i));
    if (!value) refuse(name, "an array of integers");
    result.push_back(*value);
  }
  return result;
}

std::vector<std::optional<int64_t>> OptionReader::optional_integers(const char* name,
                                                                    size_t length) const {
  const Napi::Array values = array(name, length);
  std::vector<std::optional<int64_t>> result;
  for (uint32_t i = 0; i < length; ++i) {
    const Napi::Value entry = values.Get(i);
    const auto value = as_integer(entry);
    if (!value && !entry.IsNull()) refuse(name, "an array of integers or nulls");
    result.push_back(value);
  }
  return result;
}

OptionWriter& OptionWriter::set(const char* name, int64_t value) {
  object_.Set(name, static_cast<double>(value));
  return *this;
}

OptionWriter& OptionWriter::set(const char* name, double value) {
  object_.Set(name, value);
  return *this;
}

OptionWriter& OptionWriter::set(const char* name, bool value) {
  object_.Set(name, value);
  return *this;
}

OptionWriter& OptionWriter::set(const char* name, const char* value) {
  object_.Set(name, value);
  return *this;
}

OptionWriter& OptionWriter::set(const char* name, at::ArrayRef<int64_t> values) {
  Napi::Array array = Napi::Array::New(object_.Env(), values.size());
  for (uint32_t i = 0; i < values.size(); ++i) array.Set(i, static_cast<double>(values[i]));
  object_.Set(name, array);
  return *this;
}

OptionWriter& OptionWriter::set(const char* name, at::ArrayRef<double> values) {
  Napi::Array array = Napi::Array::New(object_.Env(), values.size());
  for (uint32_t i = 0; i < values.size(); ++i) array.Set(i, values[i]);
  object_.Set(name, array);
  return *this;
}

OptionWriter& OptionWriter::set_null(const char* name) {
  object_.Set(name, object_.Env().Null());
  return *this;
}

OptionWriter& OptionWriter::set(const char* name, at::ArrayRef<std::optional<int64_t>> values) {
  Napi::Env env = object_.Env();
  Napi::Array array = Napi::Array::New(env, values.size());
  for (uint32_t i = 0; i < values.size(); ++i) {
    if (values[i]) {
      array.Set(i, static_cast<double>(*values[i]));
    } else {
      array.Set(i, env.Null());
    }
  }
  object_.Set(name, array);
  return *this;
}

}  // namespace node_libtorch
