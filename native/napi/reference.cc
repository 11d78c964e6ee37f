#include "napi/reference.h"

namespace node_libtorch {

void ReleaseQueue::push(napi_ref reference) {
  std::lock_guard lock(mutex_);
  if (closed_) return;
  waiting_.push_back(reference);
  empty_.store(false, std::memory_order_release);
}

void ReleaseQueue::drain(napi_env env) {
  if (empty_.load(std::memory_order_acquire)) return;
  std::vector<napi_ref> references;
  {
    std::lock_guard lock(mutex_);
    references.swap(waiting_);
    empty_.store(true, std::memory_order_release);
  }
  // Outside the lock: a Node-API call may collect garbage, whose finalizers push here.
  for (napi_ref reference : references) napi_delete_reference(env, reference);
}

void ReleaseQueue::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  waiting_.clear();
}

bool ReleaseQueue::closed() {
  std::lock_guard lock(mutex_);
  return closed_;
}

JsReference::JsReference(napi_env env, napi_value value, Strength strength,
                         std::shared_ptr<ReleaseQueue> queue)
    : strength_(strength), queue_(std::move(queue)) {
  const uint32_t count = strength == Strength::kStrong ? 1 : 0;
  if (napi_create_reference(env, value, count, &reference_) != napi_ok) {
    throw Napi::Error::New(env);
  }
}

JsReference::~JsReference() {
  if (reference_ != nullptr) queue_->push(reference_);
}

void JsReference::weaken(napi_env env) {
  if (strength_ == Strength::kWeak) return;
  strength_ = Strength::kWeak;
  napi_reference_unref(env, reference_, nullptr);
}

napi_value JsReference::value(napi_env env) const {
  napi_value value = nullptr;
  napi_get_reference_value(env, reference_, &value);
  return value;
}

}  // namespace node_libtorch
