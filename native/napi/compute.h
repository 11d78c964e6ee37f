// The compute thread of an env: libtorch works on it while JS goes on. There is one for each JS
// thread that asks for it, so that workers do not wait for each other, and so that what it
// allocates is counted to the thread that asked.
//
// A job is prepared by the call that asks for it, which checks the arguments, holds the tensors and
// notes the modes. lib/torch/compute.ts starts one after the other, each when the one before has
// been completed on the JS thread.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <unordered_set>
#include <vector>

#include "napi/addon.h"

namespace node_libtorch {

/// Identities of tensors, modules and optimizers whose structure a running job relies on: JS must
/// not replace their memory or their members meanwhile.
class Uses {
 public:
  void add(const at::Tensor& tensor) {
    if (tensor.defined()) objects_.insert(tensor.unsafeGetTensorImpl());
  }
  void add(const std::vector<at::Tensor>& tensors) {
    for (const at::Tensor& tensor : tensors) add(tensor);
  }
  void add(const void* object) { objects_.insert(object); }
  bool contains(const void* object) const { return objects_.count(object) != 0; }

 private:
  std::unordered_set<const void*> objects_;
};

/// Work for the compute thread. Made and destroyed on the JS thread.
class Job {
 public:
  virtual ~Job() = default;
  /// The tensors that JS has passed, for a run on the JS thread instead.
  virtual std::vector<at::Tensor> inputs() const = 0;
  /// JS thread, when the job is about to run: whether it must do so there, since it may call JS.
  virtual bool needs_js() const = 0;
  /// JS thread, when the job is about to run elsewhere.
  virtual void note_uses(Uses& uses) const = 0;
  /// Compute thread. What it throws rejects the promise, as guarded() would throw it.
  virtual void run() = 0;
  /// JS thread, after run: what the promise resolves to.
  virtual napi_value result(Addon& addon) = 0;
};

/// Keeps the job until it is started or taken → its number.
napi_value prepare_job(Call& call, std::unique_ptr<Job> job);

/// Whether the job that runs for this JS thread relies on the object.
bool is_in_use(const Addon& addon, const void* object);

/// On a compute thread whose env ends: throws, so that the job ends with the operation it is in.
/// Else nothing.
void stop_if_cancelled();

void export_compute(Addon& addon, Napi::Object exports);

}  // namespace node_libtorch
