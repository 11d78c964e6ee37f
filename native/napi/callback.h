// JS functions that libtorch calls back, and the JS errors that travel out through it.
#pragma once

#include <napi.h>

#include <exception>
#include <initializer_list>
#include <memory>
#include <thread>

#include "napi/addon.h"
#include "napi/reference.h"

namespace node_libtorch {

/// What JS has thrown, on its way through C++. guarded() throws the very same value again.
class JsException : public std::exception {
 public:
  JsException(Addon& addon, napi_value thrown);
  const char* what() const noexcept override { return "a JavaScript function has thrown"; }
  napi_value thrown(napi_env env) const;

 private:
  // Copied with the exception. An array around the value, since numbers cannot be referred to.
  std::shared_ptr<JsReference> holder_;
};

/// A JS function held by a native object, which may be destroyed on any thread. It can only be
/// called on the thread that made it, as long as that has not ended.
class JsCallback {
 public:
  /// `what` names it in messages, "a tensor hook"; a literal.
  JsCallback(Addon& addon, napi_value function, const char* what);

  /// Throws where JS cannot run. To be called before anything else touches the env.
  void check_callable() const;
  /// The env's state; only after check_callable().
  Addon& addon() const { return *addon_; }
  /// Calls the function, inside a handle scope of the caller. Throws JsException for what it
  /// throws.
  napi_value call(std::initializer_list<napi_value> arguments) const;
  /// Whether the function is gone, which happens once weaken() has been called.
  bool collected() const { return function_.value(addon_->env) == nullptr; }
  /// From now on only what JS itself does keeps the function alive. JS thread only.
  void weaken() { function_.weaken(addon_->env); }

 private:
  Addon* addon_;
  std::thread::id thread_;
  std::shared_ptr<ReleaseQueue> queue_;
  const char* what_;
  JsReference function_;
};

}  // namespace node_libtorch
