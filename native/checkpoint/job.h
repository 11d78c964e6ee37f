// Work that runs on a thread of Node's pool and settles a promise.
#pragma once

#include <napi.h>

#include <exception>
#include <memory>

#include "napi/call.h"

namespace node_libtorch {

class PoolJob {
 public:
  virtual ~PoolJob() = default;

  /// Starts the work and returns its promise. The environment waits for it when it ends.
  static napi_value start(const Call& call, std::unique_ptr<PoolJob> job);

 protected:
  /// Pool thread: touches no JS. What it throws rejects the promise.
  virtual void run() = 0;
  /// JS thread, after run().
  virtual Napi::Value result(Napi::Env env) = 0;

 private:
  static void execute(napi_env env, void* data);
  static void complete(napi_env env, napi_status status, void* data);
  void settle(napi_env env);

  napi_async_work work_ = nullptr;
  napi_deferred deferred_ = nullptr;
  std::exception_ptr error_;
};

}  // namespace node_libtorch
