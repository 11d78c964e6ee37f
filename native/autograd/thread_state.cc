#include "autograd/thread_state.h"

#include <ATen/DeviceAccelerator.h>
#include <ATen/Parallel.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace node_libtorch {
namespace {

std::optional<c10::Stream> current_stream() {
  const auto type = at::accelerator::getAccelerator(/*checked=*/false);
  if (!type || at::accelerator::deviceCount() == 0) return std::nullopt;
  const c10::impl::VirtualGuardImpl device(*type);
  return device.getStream(device.getDevice());
}

}  // namespace

ThreadState::ThreadState()
    : autocast_(AutocastState::of_thread()),
      stream_(current_stream()),
      threads_(at::get_num_threads()) {
  std::fegetenv(&rounding_);
}

void ThreadState::run(const std::function<void()>& work) const {
  // Results depend on the number of threads: sums are split among them.
  if (at::get_num_threads() != threads_) at::set_num_threads(threads_);
  std::fesetenv(&rounding_);
  const at::ThreadLocalStateGuard modes(modes_);
  const AutocastGuard autocast(autocast_);
  const c10::OptionalStreamGuard stream(stream_);
  work();
}

}  // namespace node_libtorch
