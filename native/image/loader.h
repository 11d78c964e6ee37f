// Pictures of a batch, read, decoded and transformed by threads of our own.

#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "image/pool.h"
#include "image/ring.h"
#include "napi/addon.h"

namespace node_libtorch {

/// JS values that must live as long as a job looks at their memory.
using Kept = std::vector<Napi::Reference<Napi::Uint8Array>>;

/// The pool of one env, and the promises of the jobs under way. For the JS thread only.
class Loader {
 public:
  /// What a promise becomes.
  using Answer = std::function<napi_value(Napi::Env)>;

  static Loader& of(Addon& addon);

  explicit Loader(Addon& addon);
  /// Ends the threads.
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// Runs a job behind those before it. @returns a promise
  napi_value start(std::shared_ptr<image::Job> job, Kept kept, Answer answer, size_t threads);
  /// Runs a job before all others.
  napi_value start_first(std::shared_ptr<image::Job> job, Answer answer, size_t threads);
  /// Drops the samples of a batch tensor that no thread has begun.
  void cancel(const at::Tensor& out);

  image::Ring& ring() { return *ring_; }
  /// Frees memory that is kept for batches.
  void renew_ring();

 private:
  struct UnderWay {
    napi_deferred deferred;
    Kept kept;
    Answer answer;
  };

  napi_value promise(const image::Job* job, Kept kept, Answer answer);
  /// A thread of the pool.
  void finished(std::shared_ptr<image::Job> job);
  static void settle(napi_env env, napi_value, void* context, void*);
  void settle_all();

  Addon& addon_;
  napi_threadsafe_function done_ = nullptr;
  std::unordered_map<const image::Job*, UnderWay> under_way_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<image::Job>> finished_;
  std::shared_ptr<image::Ring> ring_ = std::make_shared<image::Ring>();
  image::Pool pool_;
};

void export_image_loader(Addon& addon, Napi::Object exports);

}  // namespace node_libtorch
