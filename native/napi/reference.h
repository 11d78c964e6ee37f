// References to JS objects, held by native objects that may be destroyed on any thread.
#pragma once

#include <napi.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace node_libtorch {

/// References that wait for their env's thread. Shared by the env and by every JsReference of it,
/// since either may go first.
class ReleaseQueue {
 public:
  /// Any thread. After close() the reference is dropped: the env has freed it.
  void push(napi_ref reference);
  /// JS thread: deletes what waits.
  void drain(napi_env env);
  /// JS thread, at teardown.
  void close();
  /// Whether the env has ended.
  bool closed();

 private:
  std::mutex mutex_;
  std::vector<napi_ref> waiting_;
  bool closed_ = false;
  std::atomic<bool> empty_{true};
};

/// A reference that may be destroyed on any thread, inside a GC too. A strong one keeps the object
/// alive; a weak one only finds it as long as something else does.
class JsReference {
 public:
  enum class Strength { kWeak, kStrong };
  JsReference(napi_env env, napi_value value, Strength strength,
              std::shared_ptr<ReleaseQueue> queue);
  ~JsReference();
  JsReference(const JsReference&) = delete;
  JsReference& operator=(const JsReference&) = delete;

  /// The object; null once it has been collected. JS thread only.
  napi_value value(napi_env env) const;
  /// Makes a strong reference weak. JS thread only.
  void weaken(napi_env env);

 private:
  napi_ref reference_ = nullptr;
  Strength strength_;
  std::shared_ptr<ReleaseQueue> queue_;
};

}  // namespace node_libtorch
