// What libtorch keeps for each thread, carried from the thread that asks for work to the one that
// does it.
#pragma once

#include <ATen/ThreadLocalState.h>
#include <c10/core/Stream.h>

#include <cfenv>
#include <functional>
#include <optional>

#include "autograd/autocast.h"

namespace node_libtorch {

class ThreadState {
 public:
  /// Of this thread, as it is now.
  ThreadState();

  /// Runs `work` on this thread as it would run on the other one.
  void run(const std::function<void()>& work) const;

  const AutocastState& autocast() const { return autocast_; }

 private:
  at::ThreadLocalState modes_;
  AutocastState autocast_;
  std::optional<c10::Stream> stream_;  ///< of the current device, if it is not the CPU
  std::fenv_t rounding_{};             ///< and whether denormals are flushed
  int threads_;
};

}  // namespace node_libtorch
