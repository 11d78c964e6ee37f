// The threads that make samples. One sample is one piece of work, so that a large picture delays
// its own batch only.

#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace node_libtorch::image {

struct Workspace;

/// Work in pieces, which threads share.
class Job {
 public:
  virtual ~Job() = default;
  virtual size_t size() const = 0;
  /// Does one piece, with the memory of the calling thread.
  virtual void make(size_t i, Workspace& workspace) noexcept = 0;
};

class Pool {
 public:
  /// `done` is called by the thread that has finished a job.
  explicit Pool(std::function<void(std::shared_ptr<Job>)> done) : done_(std::move(done)) {}
  ~Pool() { stop(); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Has so many threads, or as many as the system gives.
  /// @throws std::system_error when it gives none
  void grow(size_t threads);
  /// Queues a job behind those before it; from now on at most `threads` threads work.
  void add(std::shared_ptr<Job> job, size_t threads);
  /// Queues a job before all others; at least `threads` threads work.
  void add_first(std::shared_ptr<Job> job, size_t threads);
  /// Drops what no thread has begun, of this job; `done` is called when the rest is made.
  void cancel(const Job& job);
  /// Ends all threads with the piece they are at.
  void stop();

 private:
  struct Work {
    std::shared_ptr<Job> job;
    /// The next piece to begin, and how many are not finished.
    size_t next;
    size_t left;
  };

  std::shared_ptr<Work> work_of(std::shared_ptr<Job> job) const;
  void loop();

  std::function<void(std::shared_ptr<Job>)> done_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Work>> queue_;
  bool stopping_ = false;
  size_t allowed_ = 0;
  size_t working_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace node_libtorch::image
