// One call from JS: its arguments, each checked as it is read.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/SmallVector.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "napi/addon.h"
#include "napi/handle.h"

namespace node_libtorch {

/// A refused argument; becomes a TypeError.
class ArgumentError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A refused value of the right type; becomes a RangeError.
class ArgumentRangeError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A tensor that dispose() or a scope has freed; becomes a TensorDisposedError.
class DisposedError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Call {
 public:
  Call(napi_env env, napi_callback_info info);

  napi_env env() const { return env_; }
  Addon& addon() const { return *addon_; }
  const Export& target() const { return *target_; }
  const char* name() const { return target_->name; }
  size_t size() const { return count_; }

  /// The raw argument; undefined past the end.
  napi_value operator[](size_t i) const;
  /// True if argument i is undefined or null.
  bool absent(size_t i) const;

  /// The value behind a handle. Refuses everything else, disposed tensors included.
  at::Tensor& tensor(size_t i, const char* what) const;
  template <class T>
  T& handle(size_t i, const char* what) const {
    Cell<T>* cell = open_handle<T>(env_, (*this)[i]);
    if (cell == nullptr) refuse(i, what, HandleType<T>::name);
    return cell->value;
  }
  double number(size_t i, const char* what) const;
  int64_t integer(size_t i, const char* what) const;
  bool boolean(size_t i, const char* what) const;
  std::string string(size_t i, const char* what) const;
  Napi::Object object(size_t i, const char* what) const;

  /// Throws "<function>: expected <expected> for <what>, got <value>".
  [[noreturn]] void refuse(size_t i, const char* what, const char* expected) const;

  napi_value undefined() const;
  napi_value boolean_value(bool value) const;
  napi_value number_value(double value) const;
  napi_value string_value(std::string_view value) const;
  /// A new handle; an undefined tensor is null.
  napi_value tensor_value(at::Tensor value) const;

 private:
  napi_env env_;
  Addon* addon_ = nullptr;
  const Export* target_ = nullptr;
  size_t count_ = 0;
  c10::SmallVector<napi_value, 12> arguments_;
};

/// What a JS value is, in words, for a message.
std::string describe(napi_env env, napi_value value);

}  // namespace node_libtorch
