// Nothing native may cross into Node as a C++ exception, or abort: each entry runs inside
// guarded().
#pragma once

#include <napi.h>

#include <utility>

namespace node_libtorch {

/// Turns the exception in flight into a pending JS exception: c10's classes into ours, a JS error
/// that travelled through C++ into itself. Only inside a catch block.
void rethrow_to_js(napi_env env) noexcept;

template <class F>
napi_value guarded(napi_env env, F&& body) noexcept {
  try {
    return std::forward<F>(body)();
  } catch (...) {
    rethrow_to_js(env);
    return nullptr;
  }
}

}  // namespace node_libtorch
