#include "napi/errors.h"

#include <c10/util/Exception.h>

#include <new>
#include <string>

#include "napi/addon.h"
#include "napi/budget.h"
#include "napi/call.h"
#include "napi/callback.h"

namespace node_libtorch {
namespace {

/// Throws an instance of one of the classes that lib/errors.ts gave to attach(); before that, a
/// plain Error.
void throw_ours(napi_env env, const char* class_name, const std::string& message) {
  auto* addon = Napi::Env(env).GetInstanceData<Addon>();
  if (addon != nullptr && !addon->errors.IsEmpty()) {
    Napi::Value constructor = addon->errors.Value().Get(class_name);
    if (constructor.IsFunction()) {
      Napi::Object error = constructor.As<Napi::Function>().New({Napi::String::New(env, message)});
      napi_throw(env, error);
      return;
    }
  }
  napi_throw_error(env, nullptr, message.c_str());
}

/// "add: " while the operator add runs, else nothing. Forgets the operator.
std::string take_prefix(napi_env env) {
  auto* addon = Napi::Env(env).GetInstanceData<Addon>();
  if (addon == nullptr || addon->running == nullptr) return {};
  return std::string(std::exchange(addon->running, nullptr)) + ": ";
}

void dispatch(napi_env env) {
  const std::string prefix = take_prefix(env);
  const auto message_of = [&](const c10::Error& error) {
    const std::string message = error.what_without_backtrace();
    return message.rfind(prefix, 0) == 0 ? message : prefix + message;
  };
  try {
    throw;
  } catch (const Napi::Error& error) {
    error.ThrowAsJavaScriptException();
  } catch (const JsException& error) {
    napi_throw(env, error.thrown(env));
  } catch (const ArgumentError& error) {
    napi_throw_type_error(env, nullptr, error.what());
  } catch (const DisposedError& error) {
    throw_ours(env, "TensorDisposedError", error.what());
  } catch (const ArgumentRangeError& error) {
    napi_throw_range_error(env, nullptr, error.what());
  } catch (const c10::IndexError& error) {
    napi_throw_range_error(env, nullptr, message_of(error).c_str());
  } catch (const c10::ValueError& error) {
    napi_throw_range_error(env, nullptr, message_of(error).c_str());
  } catch (const c10::TypeError& error) {
    napi_throw_type_error(env, nullptr, message_of(error).c_str());
  } catch (const c10::NotImplementedError& error) {
    throw_ours(env, "NotImplementedError", message_of(error));
  } catch (const c10::LinAlgError& error) {
    throw_ours(env, "LinAlgError", message_of(error));
  } catch (const c10::Error& error) {
    throw_ours(env, is_out_of_memory(error) ? "OutOfMemoryError" : "TorchError", message_of(error));
  } catch (const std::bad_alloc&) {
    throw_ours(env, "OutOfMemoryError", "not enough memory");
  } catch (const std::exception& error) {
    throw_ours(env, "TorchError", error.what());
  } catch (...) {
    throw_ours(env, "TorchError", "an unknown native exception");
  }
}

}  // namespace

void rethrow_to_js(napi_env env) noexcept {
  try {
    dispatch(env);
  } catch (...) {
    // Building the error failed, because the isolate is being terminated or memory is exhausted; an
    // error may already be pending, and there is nothing more to say.
  }
}

}  // namespace node_libtorch
