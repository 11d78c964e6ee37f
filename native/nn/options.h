// The options of a layer, as a plain object in both directions.
#pragma once

#include <c10/util/ArrayRef.h>
#include <napi.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace node_libtorch {

/// Reads a layer's options. TypeScript has checked and completed them; here only types are checked.
class OptionReader {
 public:
  OptionReader(std::string where, Napi::Object object)
      : where_(std::move(where)), object_(object) {}

  int64_t integer(const char* name) const;
  double number(const char* name) const;
  bool boolean(const char* name) const;
  std::string string(const char* name) const;
  bool has(const char* name) const;
  bool is_string(const char* name) const { return get(name).IsString(); }
  /// Of an array.
  size_t length(const char* name) const;
  std::vector<double> numbers(const char* name) const { return numbers(name, length(name)); }
  std::vector<double> numbers(const char* name, size_t length) const;
  /// An array of exactly `length` integers.
  std::vector<int64_t> integers(const char* name, size_t length) const;
  /// The same where an entry may be null.
  std::vector<std::optional<int64_t>> optional_integers(const char* name, size_t length) const;
  /// "Conv2d: expected ... for name, got ...", as a TypeError.
  [[noreturn]] void refuse(const char* name, const char* expected) const;

 private:
  Napi::Value get(const char* name) const { return object_.Get(name); }
  Napi::Array array(const char* name, size_t length) const;

  std::string where_;
  Napi::Object object_;
};

/// Writes a layer's options for its TypeScript view.
class OptionWriter {
 public:
  explicit OptionWriter(Napi::Env env) : object_(Napi::Object::New(env)) {}

  OptionWriter& set(const char* name, int64_t value);
  OptionWriter& set(const char* name, double value);
  OptionWriter& set(const char* name, bool value);
  OptionWriter& set(const char* name, const char* value);
  OptionWriter& set(const char* name, at::ArrayRef<int64_t> values);
  OptionWriter& set(const char* name, at::ArrayRef<double> values);
  OptionWriter& set(const char* name, at::ArrayRef<std::optional<int64_t>> values);
  OptionWriter& set_null(const char* name);
  Napi::Object object() const { return object_; }

 private:
  Napi::Object object_;
};

}  // namespace node_libtorch
