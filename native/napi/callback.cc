#include "napi/callback.h"

#include <string>

#include "napi/call.h"

namespace node_libtorch {

JsException::JsException(Addon& addon, napi_value thrown) {
  napi_value array;
  if (napi_create_array_with_length(addon.env, 1, &array) != napi_ok ||
      napi_set_element(addon.env, array, 0, thrown) != napi_ok) {
    throw std::runtime_error("node-libtorch: this thread is shutting down");
  }
  holder_ = std::make_shared<JsReference>(addon.env, array, JsReference::Strength::kStrong,
                                          addon.releases);
}

napi_value JsException::thrown(napi_env env) const {
  napi_value value = nullptr;
  napi_get_element(env, holder_->value(env), 0, &value);
  return value;
}

JsCallback::JsCallback(Addon& addon, napi_value function, const char* what)
    : addon_(&addon),
      thread_(addon.thread),
      queue_(addon.releases),
      what_(what),
      function_(addon.env, function, JsReference::Strength::kStrong, addon.releases) {}

void JsCallback::check_callable() const {
  // The queue first: once it is closed the env is gone, and the id may be another thread's.
  if (queue_->closed()) {
    throw std::runtime_error(std::string(what_) + " cannot run: its worker thread has ended");
  }
  if (std::this_thread::get_id() != thread_) {
    throw std::runtime_error(
        std::string(what_) +
        " cannot run: it belongs to another thread. Backward must run on the thread that recorded "
        "the graph, and backward inside backward moves to another one when nested 60 deep");
  }
}

napi_value JsCallback::call(std::initializer_list<napi_value> arguments) const {
  check_callable();
  napi_env env = addon_->env;
  napi_value function = function_.value(env);
  if (function == nullptr) {
    throw std::runtime_error(std::string(what_) + " cannot run: it has been collected");
  }
  napi_value receiver;
  napi_value result = nullptr;
  napi_get_undefined(env, &receiver);
  if (napi_call_function(env, receiver, function, arguments.size(), arguments.begin(), &result) ==
      napi_ok) {
    return result;
  }
  bool pending = false;
  napi_value thrown = nullptr;
  if (napi_is_exception_pending(env, &pending) == napi_ok && pending &&
      napi_get_and_clear_last_exception(env, &thrown) == napi_ok) {
    throw JsException(*addon_, thrown);
  }
  throw std::runtime_error("node-libtorch: this thread is shutting down");
}

}  // namespace node_libtorch
