#include "image/pool.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "image/workspace.h"

namespace node_libtorch::image {

std::shared_ptr<Pool::Work> Pool::work_of(std::shared_ptr<Job> job) const {
  const size_t pieces = job->size();
  return std::make_shared<Work>(Work{std::move(job), 0, pieces});
}

void Pool::grow(size_t threads) {
  const std::lock_guard lock(mutex_);
  try {
    while (threads_.size() < threads) threads_.emplace_back([this] { loop(); });
  } catch (const std::system_error&) {
    if (threads_.empty()) throw;
  }
}

void Pool::add(std::shared_ptr<Job> job, size_t threads) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(work_of(std::move(job)));
  allowed_ = threads;
  wake_.notify_all();
}

void Pool::add_first(std::shared_ptr<Job> job, size_t threads) {
  const std::lock_guard lock(mutex_);
  queue_.push_front(work_of(std::move(job)));
  allowed_ = std::max(threads, allowed_);
  wake_.notify_all();
}

void Pool::cancel(const Job& job) {
  std::shared_ptr<Job> finished;
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(queue_.begin(), queue_.end(),
                                    [&](const auto& work) { return work->job.get() == &job; });
    if (found == queue_.end()) return;
    Work& work = **found;
    work.left -= work.job->size() - work.next;
    if (work.left == 0) finished = work.job;
    queue_.erase(found);
  }
  if (finished) done_(std::move(finished));
}

void Pool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    queue_.clear();
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Pool::loop() {
  Workspace workspace;
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || (!queue_.empty() && working_ < allowed_); });
    if (stopping_) return;
    working_++;
    const std::shared_ptr<Work> work = queue_.front();
    const size_t i = work->next++;
    if (work->next == work->job->size()) queue_.pop_front();
    lock.unlock();
    work->job->make(i, workspace);
    workspace.trim();
    lock.lock();
    working_--;
    if (--work->left == 0) {
      lock.unlock();
      done_(work->job);
      lock.lock();
    }
  }
}

}  // namespace node_libtorch::image
