#include "napi/compute.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>

#include "napi/call.h"
#include "napi/settle.h"
#include "napi/warnings.h"

#ifdef __linux__
// OpenMP 5.0; absent from older runtimes, and from a libtorch without OpenMP.
extern "C" __attribute__((weak)) int omp_pause_resource_all(int kind);
#endif

namespace node_libtorch {
namespace {

/// Ends the idle threads that OpenMP keeps for this thread. libgomp's threads wait by spinning as
/// long as there are no more of them than processors; those of the JS thread beside those of the
/// compute thread would be, and each barrier of a step would take a system call.
void release_openmp_threads() {
#ifdef __linux__
  constexpr int kSoft = 1;
  if (&omp_pause_resource_all != nullptr) omp_pause_resource_all(kSoft);
#endif
}

/// After this time without work the compute thread lets go of what costs others something.
constexpr std::chrono::seconds kIdle{1};

/// True once the env of this compute thread ends; null on all other threads.
thread_local const std::atomic<bool>* cancelled = nullptr;

/// A job under way, with the promise for it.
struct Task {
  std::unique_ptr<Job> job;
  napi_deferred deferred;
  Uses uses;
  std::exception_ptr error;
  std::vector<std::string> warnings;
};

class Compute {
 public:
  explicit Compute(Addon& addon) : addon_(addon) {}
  ~Compute() { join(); }
  Compute(const Compute&) = delete;
  Compute& operator=(const Compute&) = delete;

  uint32_t prepare(std::unique_ptr<Job> job) {
    const uint32_t id = next_id_++;
    prepared_.emplace(id, std::move(job));
    return id;
  }

  bool knows(int64_t id) const {
    return id >= 0 && id < next_id_ && prepared_.count(static_cast<uint32_t>(id)) != 0;
  }

  /// A prepared job, which is forgotten.
  std::unique_ptr<Job> take(uint32_t id) {
    const auto found = prepared_.find(id);
    std::unique_ptr<Job> job = std::move(found->second);
    prepared_.erase(found);
    return job;
  }

  /// → the promise, or null if the job needs JS; it stays prepared then.
  napi_value start(uint32_t id) {
    if (running_ != nullptr) throw ArgumentError("startJob: another job is running");
    if (stopping_) throw std::runtime_error("node-libtorch: this thread is shutting down");
    if (prepared_.at(id)->needs_js()) return nullptr;
    if (!thread_.joinable()) open();
    release_openmp_threads();
    auto task = std::make_unique<Task>();
    prepared_.at(id)->note_uses(task->uses);
    napi_value promise;
    if (napi_create_promise(addon_.env, &task->deferred, &promise) != napi_ok) {
      throw Napi::Error::New(addon_.env);
    }
    // Only now, when nothing can fail any more: a job that has not started stays prepared.
    task->job = take(id);
    // A job keeps the process alive until JS has heard of its end.
    napi_ref_threadsafe_function(addon_.env, done_);
    running_ = std::move(task);
    {
      const std::lock_guard lock(mutex_);
      waiting_ = true;
    }
    wake_.notify_one();
    return promise;
  }

  bool uses(const void* object) const {
    return running_ != nullptr && running_->uses.contains(object);
  }

  /// JS thread: ends the job that runs with the operation it is in, and the thread.
  void stop() {
    if (!thread_.joinable()) return;
    join();
    napi_release_threadsafe_function(done_, napi_tsfn_abort);
  }

 private:
  void join() {
    if (!thread_.joinable()) return;
    stopping_ = true;
    {
      const std::lock_guard lock(mutex_);
      waiting_ = true;
    }
    wake_.notify_one();
    thread_.join();
    running_.reset();
  }

  void open() {
    const Napi::String name = Napi::String::New(addon_.env, "node-libtorch compute");
    if (napi_create_threadsafe_function(addon_.env, nullptr, nullptr, name, 0, 1, nullptr, nullptr,
                                        this, &settle, &done_) != napi_ok) {
      throw Napi::Error::New(addon_.env);
    }
    napi_unref_threadsafe_function(addon_.env, done_);
    thread_ = std::thread([this] { loop(); });
  }

  void loop() {
    cancelled = &stopping_;
    set_current_ledger(addon_.ledger);
    catch_warnings();
    std::unique_lock lock(mutex_);
    for (;;) {
      const auto is_wanted = [this] { return waiting_; };
      if (!wake_.wait_for(lock, kIdle, is_wanted)) {
        release_openmp_threads();
        wake_.wait(lock, is_wanted);
      }
      if (stopping_) break;
      waiting_ = false;
      lock.unlock();
      work(*running_);
      lock.lock();
    }
    set_current_ledger(nullptr);
  }

  void work(Task& task) {
    try {
      task.job->run();
    } catch (...) {
      task.error = std::current_exception();
    }
    task.warnings = take_warnings();
    // Refused where the env is ending; stop() then waits for this thread only.
    napi_call_threadsafe_function(done_, nullptr, napi_tsfn_nonblocking);
  }

  /// JS thread: resolves or rejects the promise of the job that has ended.
  static void settle(napi_env env, napi_value, void* context, void*) {
    // While the env is torn down there is no JS, and `context` may be gone.
    if (env == nullptr) return;
    static_cast<Compute*>(context)->finish();
  }

  void finish() {
    napi_env env = addon_.env;
    const std::unique_ptr<Task> task = std::move(running_);
    napi_unref_threadsafe_function(env, done_);
    node_libtorch::settle(env, task->deferred, [&]() -> napi_value {
      if (task->error) std::rethrow_exception(task->error);
      napi_value result = task->job->result(addon_);
      emit_warnings(addon_, task->warnings);
      return result;
    });
    addon_.ledger->report();
  }

  Addon& addon_;
  std::unordered_map<uint32_t, std::unique_ptr<Job>> prepared_;  ///< JS thread only
  uint32_t next_id_ = 0;
  /// Given to the compute thread by `waiting_`, and back by the call of `done_`.
  std::unique_ptr<Task> running_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool waiting_ = false;
  std::atomic<bool> stopping_{false};
  napi_threadsafe_function done_ = nullptr;
  std::thread thread_;
};

/// Those of the envs of this thread, of which there is more than one only where the addon was
/// loaded anew. A process that ends without a word to its envs still joins the threads here, before
/// it destroys what they need.
thread_local std::unordered_map<const Addon*, std::unique_ptr<Compute>> all;

void end(void* data) {
  const auto found = all.find(static_cast<Addon*>(data));
  found->second->stop();
  all.erase(found);
}

Compute& compute_of(Addon& addon) {
  auto& compute = all[&addon];
  if (compute == nullptr) {
    compute = std::make_unique<Compute>(addon);
    napi_add_env_cleanup_hook(addon.env, end, &addon);
  }
  return *compute;
}

uint32_t job_argument(const Call& call) {
  const int64_t id = call.integer(0, "job");
  if (!compute_of(call.addon()).knows(id)) call.refuse(0, "job", "the number of a prepared job");
  return static_cast<uint32_t>(id);
}

/// startJob(job) → a promise of its result, or null if the job has to run on the JS thread
napi_value start_job(Call& call) {
  const uint32_t id = job_argument(call);
  napi_value promise = compute_of(call.addon()).start(id);
  return promise != nullptr ? promise : Napi::Env(call.env()).Null();
}

/// takeJob(job) → its tensors; the job is forgotten
napi_value take_job(Call& call) {
  const uint32_t id = job_argument(call);
  const std::vector<at::Tensor> inputs = compute_of(call.addon()).take(id)->inputs();
  Napi::Array result = Napi::Array::New(call.env(), inputs.size());
  for (uint32_t i = 0; i < inputs.size(); ++i) {
    result.Set(i, Napi::Value(call.env(), call.tensor_value(inputs[i])));
  }
  return result;
}

/// stopCompute(): ends what runs. For the exit of the process, which destroys what libtorch needs.
napi_value stop_compute(Call& call) {
  const auto found = all.find(&call.addon());
  if (found != all.end()) found->second->stop();
  return call.undefined();
}

constexpr Export kExports[] = {
    {"startJob", start_job},
    {"takeJob", take_job},
    {"stopCompute", stop_compute},
};

}  // namespace

napi_value prepare_job(Call& call, std::unique_ptr<Job> job) {
  return call.number_value(compute_of(call.addon()).prepare(std::move(job)));
}

bool is_in_use(const Addon& addon, const void* object) {
  const auto found = all.find(&addon);
  return found != all.end() && found->second->uses(object);
}

void stop_if_cancelled() {
  if (cancelled == nullptr || !cancelled->load(std::memory_order_relaxed)) return;
  throw std::runtime_error("node-libtorch: this thread is shutting down");
}

void export_compute(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
