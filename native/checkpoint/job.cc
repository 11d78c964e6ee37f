#include "checkpoint/job.h"

#include <utility>

#include "napi/settle.h"

namespace node_libtorch {

napi_value PoolJob::start(const Call& call, std::unique_ptr<PoolJob> job) {
  napi_env env = call.env();
  napi_value promise;
  if (napi_create_promise(env, &job->deferred_, &promise) != napi_ok ||
      napi_create_async_work(env, nullptr, call.string_value(call.name()), &execute, &complete,
                             job.get(), &job->work_) != napi_ok) {
    throw Napi::Error::New(env);
  }
  if (napi_queue_async_work(env, job->work_) != napi_ok) {
    napi_delete_async_work(env, job->work_);
    throw Napi::Error::New(env);
  }
  job.release();  // complete() takes it back
  return promise;
}

void PoolJob::execute(napi_env, void* data) {
  auto* job = static_cast<PoolJob*>(data);
  try {
    job->run();
  } catch (...) {
    job->error_ = std::current_exception();
  }
}

void PoolJob::complete(napi_env env, napi_status, void* data) {
  const std::unique_ptr<PoolJob> job(static_cast<PoolJob*>(data));
  napi_delete_async_work(env, job->work_);
  job->settle(env);
}

void PoolJob::settle(napi_env env) {
  node_libtorch::settle(env, deferred_, [&]() -> napi_value {
    if (error_ != nullptr) std::rethrow_exception(std::exchange(error_, nullptr));
    return result(env);
  });
}

}  // namespace node_libtorch
