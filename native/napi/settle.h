// The end of a promise that native code has made.
#pragma once

#include <node_api.h>

#include <utility>

#include "napi/errors.h"

namespace node_libtorch {

/// Resolves a promise with what `body` returns, or rejects it with what it throws.
template <class F>
void settle(napi_env env, napi_deferred deferred, F&& body) {
  napi_value value = guarded(env, std::forward<F>(body));
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (value != nullptr && !pending) {
    napi_resolve_deferred(env, deferred, value);
  } else if (napi_get_and_clear_last_exception(env, &value) == napi_ok) {
    napi_reject_deferred(env, deferred, value);
  }
}

}  // namespace node_libtorch
