// This module only owns handles and runs their finalizers. It declares the experimental Node-API
// version, and only for such a module does Node run finalizers inside the garbage collection: those
// of a stable module wait for the event loop, so that a synchronous loop would fill the memory. All
// real work stays in the main addon, on a stable version, because native code that throws must
// never live in an experimental env.
#include <node_api.h>

NAPI_MODULE_INIT() {
  napi_value self;
  return napi_create_external(env, env, nullptr, nullptr, &self) == napi_ok ? self : nullptr;
}
