#include "image/loader.h"

#include <utility>

#include "image/batch.h"
#include "napi/settle.h"

namespace node_libtorch {

using image::Batch;
using image::Job;

namespace {

/// Those of the envs of this thread; see napi/compute.cc.
thread_local std::unordered_map<const Addon*, std::unique_ptr<Loader>> all;

void end(void* data) { all.erase(static_cast<Addon*>(data)); }

}  // namespace

Loader& Loader::of(Addon& addon) {
  auto& loader = all[&addon];
  if (loader == nullptr) {
    loader = std::make_unique<Loader>(addon);
    napi_add_env_cleanup_hook(addon.env, end, &addon);
  }
  return *loader;
}

Loader::Loader(Addon& addon)
    : addon_(addon), pool_([this](std::shared_ptr<Job> job) { finished(std::move(job)); }) {
  const Napi::String name = Napi::String::New(addon.env, "node-libtorch images");
  if (napi_create_threadsafe_function(addon.env, nullptr, nullptr, name, 0, 1, nullptr, nullptr,
                                      this, &settle, &done_) != napi_ok) {
    throw Napi::Error::New(addon.env);
  }
  napi_unref_threadsafe_function(addon.env, done_);
}

Loader::~Loader() {
  pool_.stop();
  ring_->close();
  napi_release_threadsafe_function(done_, napi_tsfn_abort);
}

napi_value Loader::promise(const Job* job, Kept kept, Answer answer) {
  napi_deferred deferred;
  napi_value promise;
  if (napi_create_promise(addon_.env, &deferred, &promise) != napi_ok) {
    throw Napi::Error::New(addon_.env);
  }
  if (under_way_.empty()) napi_ref_threadsafe_function(addon_.env, done_);
  under_way_.emplace(job, UnderWay{deferred, std::move(kept), std::move(answer)});
  return promise;
}

napi_value Loader::start(std::shared_ptr<Job> job, Kept kept, Answer answer, size_t threads) {
  pool_.grow(threads);
  const napi_value result = promise(job.get(), std::move(kept), std::move(answer));
  pool_.add(std::move(job), threads);
  return result;
}

napi_value Loader::start_first(std::shared_ptr<Job> job, Answer answer, size_t threads) {
  pool_.grow(threads);
  const napi_value result = promise(job.get(), {}, std::move(answer));
  pool_.add_first(std::move(job), threads);
  return result;
}

void Loader::cancel(const at::Tensor& out) {
  std::vector<const Job*> jobs;
  for (const auto& [job, rest] : under_way_) {
    const auto* batch = dynamic_cast<const Batch*>(job);
    if (batch != nullptr && batch->out().is_same(out)) jobs.push_back(job);
  }
  for (const Job* job : jobs) pool_.cancel(*job);
}

void Loader::renew_ring() {
  ring_->close();
  ring_ = std::make_shared<image::Ring>();
}

void Loader::finished(std::shared_ptr<Job> job) {
  {
    const std::lock_guard lock(mutex_);
    finished_.push_back(std::move(job));
  }
  // Refused where the env is ending.
  napi_call_threadsafe_function(done_, nullptr, napi_tsfn_nonblocking);
}

void Loader::settle(napi_env env, napi_value, void* context, void*) {
  if (env != nullptr) static_cast<Loader*>(context)->settle_all();
}

void Loader::settle_all() {
  std::vector<std::shared_ptr<Job>> jobs;
  {
    const std::lock_guard lock(mutex_);
    jobs.swap(finished_);
  }
  for (const auto& job : jobs) {
    const auto entry = under_way_.extract(job.get());
    if (under_way_.empty()) napi_unref_threadsafe_function(addon_.env, done_);
    const UnderWay& promise = entry.mapped();
    // An env that is being terminated refuses what an answer is made of.
    node_libtorch::settle(addon_.env, promise.deferred, [&] { return promise.answer(addon_.env); });
  }
}

}  // namespace node_libtorch
