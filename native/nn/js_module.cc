#include "nn/js_module.h"

#include <atomic>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "napi/call.h"
#include "nn/script_module.h"

namespace node_libtorch {
namespace {

/// Native modules with a JS side, of all threads: compute threads look here too.
class Sides {
 public:
  void set(const ModulePtr& module, std::shared_ptr<const JsModule> side) {
    // Destroyed after the lock is released.
    std::shared_ptr<const JsModule> before;
    std::vector<std::shared_ptr<const JsModule>> dead;
    const std::lock_guard lock(mutex_);
    if (sides_.size() >= sweep_at_) dead = sweep();
    if (side == nullptr) {
      const auto found = sides_.find(module.get());
      if (found != sides_.end()) {
        before = std::move(found->second.side);
        sides_.erase(found);
      }
    } else {
      Entry& entry = sides_[module.get()];
      before = std::exchange(entry.side, std::move(side));
      entry.module = module;
    }
    count_.store(sides_.size(), std::memory_order_release);
  }

  std::shared_ptr<const JsModule> find(const torch::nn::Module& module) {
    if (count_.load(std::memory_order_acquire) == 0) return nullptr;
    const std::lock_guard lock(mutex_);
    const auto found = sides_.find(&module);
    // A new module may have got the address of one that has died with its hooks on.
    if (found == sides_.end() || found->second.module.expired()) return nullptr;
    return found->second.side;
  }

 private:
  struct Entry {
    std::weak_ptr<torch::nn::Module> module;
    std::shared_ptr<const JsModule> side;
  };

  /// Forgets modules that have died; gives their sides, whose destruction takes other locks.
  std::vector<std::shared_ptr<const JsModule>> sweep() {
    std::vector<std::shared_ptr<const JsModule>> dead;
    std::erase_if(sides_, [&](auto& entry) {
      if (!entry.second.module.expired()) return false;
      dead.push_back(std::move(entry.second.side));
      return true;
    });
    sweep_at_ = 2 * sides_.size() + 64;
    return dead;
  }

  std::mutex mutex_;
  std::unordered_map<const torch::nn::Module*, Entry> sides_;
  size_t sweep_at_ = 64;
  std::atomic<size_t> count_{0};
};

// Modules may outlive the static objects.
Sides& sides() {
  static auto* all = new Sides;
  return *all;
}

bool runs_natively(torch::nn::Module& tree, std::unordered_set<const torch::nn::Module*>& seen) {
  if (!seen.insert(&tree).second) return true;
  if (is_script_module(tree) || js_side(tree) != nullptr) return false;
  for (const auto& child : children_of(tree)) {
    if (!runs_natively(*child.value(), seen)) return false;
  }
  return true;
}

}  // namespace

JsModule::JsModule(Addon& addon, napi_value owner)
    : addon_(addon),
      thread_(addon.thread),
      queue_(addon.releases),
      owner_(addon.env, owner, JsReference::Strength::kWeak, addon.releases) {}

at::Tensor JsModule::forward(const Inputs& inputs) const {
  // The queue first: once it is closed the env is gone, and the id may be another thread's.
  if (queue_->closed() || std::this_thread::get_id() != thread_) {
    throw ArgumentError(
        "a TypeScript module, or one with hooks, runs only on the thread that made it");
  }
  Napi::Env env(addon_.env);
  Napi::HandleScope scope(env);
  napi_value owner = owner_.value(env);
  if (owner == nullptr) {
    throw ArgumentError(
        "a TypeScript module inside a native one has been collected: keep a reference to it");
  }
  Napi::Array handles = Napi::Array::New(env, inputs.size());
  for (uint32_t i = 0; i < inputs.size(); ++i) {
    handles.Set(i, Napi::Value(env, make_handle(env, *addon_.ledger, inputs[i])));
  }
  Napi::Value result = addon_.run_forward.Call({owner, handles});
  auto* cell = open_handle<at::Tensor>(env, result);
  if (cell == nullptr || !cell->value.defined()) {
    throw ArgumentError("the forward of a TypeScript module must return a Tensor");
  }
  return cell->value;
}

void set_js_side(const ModulePtr& module, std::shared_ptr<const JsModule> side) {
  sides().set(module, std::move(side));
}

std::shared_ptr<const JsModule> js_side(const torch::nn::Module& module) {
  return sides().find(module);
}

bool runs_natively(torch::nn::Module& root) {
  std::unordered_set<const torch::nn::Module*> seen;
  return runs_natively(root, seen);
}

}  // namespace node_libtorch
