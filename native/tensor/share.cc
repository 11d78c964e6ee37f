// Tensors on their way from one JS thread to another: a registry of the process, by token.
#include "tensor/share.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_sparse_compressed_tensor_unsafe.h>
#include <ATen/ops/_sparse_coo_tensor_unsafe.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/InferenceMode.h>

#include <cstring>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "napi/call.h"
#include "tensor/storage.h"

namespace node_libtorch {
namespace {

/// Tokens count up from a random start: those of another process, and invented ones, are refused.
/// The start keeps the top bit clear, so that a token never wraps around.
uint64_t first_token() {
  std::random_device random;
  return (static_cast<uint64_t>(random() & 0x7fffffff) << 32) | random();
}

/// Tensors are taken out under the lock and destroyed outside it: a destructor may take any lock.
class Registry {
 public:
  /// `owner`: with which env it goes; null for none.
  uint64_t add(at::Tensor tensor, const Ledger* owner) {
    std::lock_guard lock(mutex_);
    entries_.emplace(next_, Entry{std::move(tensor), owner});
    return next_++;
  }

  std::optional<at::Tensor> take(uint64_t token) {
    std::lock_guard lock(mutex_);
    auto node = entries_.extract(token);
    if (node.empty()) return std::nullopt;
    return std::move(node.mapped().tensor);
  }

  bool has_issued(uint64_t token) {
    std::lock_guard lock(mutex_);
    return token >= first_ && token < next_;
  }

  void drop_all_of(const Ledger* owner) {
    std::vector<at::Tensor> dropped;  // destroyed after the lock
    std::lock_guard lock(mutex_);
    for (auto entry = entries_.begin(); entry != entries_.end();) {
      if (entry->second.owner != owner) {
        ++entry;
        continue;
      }
      dropped.push_back(std::move(entry->second.tensor));
      entry = entries_.erase(entry);
    }
  }

 private:
  struct Entry {
    at::Tensor tensor;
    const Ledger* owner;
  };

  std::mutex mutex_;
  std::unordered_map<uint64_t, Entry> entries_;
  const uint64_t first_ = first_token();
  uint64_t next_ = first_;
};

/// Immortal: workers may still share while the process ends.
Registry& registry() {
  static auto* one = new Registry;
  return *one;
}

/// Readies a storage for several threads, as Python's share_memory_ does for several processes:
/// memory of a JS buffer, which dies with its isolate, is replaced by a copy for every tensor over
/// the storage, and growing, which would pull the memory from under the others, is refused.
void prepare(const c10::Storage& storage) {
  if (storage.device_type() == c10::DeviceType::CPU) {
    // Also gives a copy-on-write storage, whose halves share hidden state, memory of its own.
    storage.mutable_data();
    if (is_js_memory(storage.data_ptr())) {
      c10::DataPtr copy = c10::GetCPUAllocator()->allocate(storage.nbytes());
      std::memcpy(copy.get(), storage.data(), storage.nbytes());
      storage.set_data_ptr(std::move(copy));
    }
  }
  c10::StorageImpl* impl = storage.unsafeGetStorageImpl();
  if (impl->resizable()) impl->set_resizable(false);
}

bool is_sparse(const at::Tensor& tensor) {
  switch (tensor.layout()) {
    case c10::Layout::Sparse:
    case c10::Layout::SparseCsr:
    case c10::Layout::SparseCsc:
    case c10::Layout::SparseBsr:
    case c10::Layout::SparseBsc:
      return true;
    default:
      return false;
  }
}

/// The dense tensors of which a sparse one consists: two of indices, or one, and the values.
std::vector<at::Tensor> parts_of(const at::Tensor& tensor) {
  switch (tensor.layout()) {
    case c10::Layout::Sparse:
      return {tensor._indices(), tensor._values()};
    case c10::Layout::SparseCsr:
    case c10::Layout::SparseBsr:
      return {tensor.crow_indices(), tensor.col_indices(), tensor.values()};
    default:
      return {tensor.ccol_indices(), tensor.row_indices(), tensor.values()};
  }
}

at::Tensor alias_of(const at::Tensor& tensor);

at::Tensor sparse_alias_of(const at::Tensor& tensor) {
  std::vector<at::Tensor> parts = parts_of(tensor);
  for (auto& part : parts) part = alias_of(part);
  if (tensor.layout() == c10::Layout::Sparse) {
    return at::_sparse_coo_tensor_unsafe(parts[0], parts[1], tensor.sizes(), tensor.options(),
                                         tensor.is_coalesced());
  }
  return at::_sparse_compressed_tensor_unsafe(parts[0], parts[1], parts[2], tensor.sizes(),
                                              tensor.options());
}

/// A tensor of its own over the same memory, without graph, hooks and gradient: those belong to the
/// thread. It counts versions with the original, so that backward notices a write from elsewhere.
at::Tensor alias_of(const at::Tensor& tensor) {
  if (is_sparse(tensor)) return sparse_alias_of(tensor);
  prepare(tensor.storage());
  at::Tensor alias = tensor.tensor_data();
  alias.unsafeGetTensorImpl()->set_allow_tensor_metadata_change(true);
  return alias;
}

/// From here on this thread's V8 hears of the memory, since it is the one to free it.
void claim(const at::Tensor& tensor, Ledger& ledger) {
  if (is_sparse(tensor)) {
    for (const auto& part : parts_of(tensor)) claim(part, ledger);
  } else {
    move_bytes(tensor.storage().data_ptr(), ledger);
  }
}

void check_shareable(const Call& call, const at::Tensor& tensor) {
  TORCH_CHECK(tensor.is_leaf() || !tensor.requires_grad(), call.name(),
              ": expected a leaf for tensor, got the result of a recorded operation, whose graph "
              "belongs to this thread; share x.detach() to hand over its values");
  TORCH_CHECK_NOT_IMPLEMENTED(is_sparse(tensor) || (tensor.has_storage() && !tensor.is_nested()),
                              call.name(), ": a tensor of layout ", tensor.layout(),
                              " cannot be shared");
}

uint64_t token_argument(const Call& call) {
  uint64_t token = 0;
  bool lossless = false;
  if (napi_get_value_bigint_uint64(call.env(), call[0], &token, &lossless) != napi_ok) {
    call.refuse(0, "token", "a bigint that share() gave");
  }
  return lossless ? token : 0;
}

/// share(tensor, outlivesThread) → token
napi_value share_tensor(Call& call) {
  const at::Tensor& tensor = call.tensor(0, "tensor");
  const bool outlives_thread = call.boolean(1, "outlivesThread");
  check_shareable(call, tensor);
  // Made in the tensor's own mode: an inference tensor stays one, any other does not become one.
  const c10::InferenceMode mode(tensor.is_inference());
  at::Tensor alias;
  {
    const at::NoGradGuard no_grad;
    alias = alias_of(tensor);
  }
  if (tensor.requires_grad()) alias.set_requires_grad(true);
  const uint64_t token =
      registry().add(std::move(alias), outlives_thread ? nullptr : call.addon().ledger);
  napi_value result;
  napi_create_bigint_uint64(call.env(), token, &result);
  return result;
}

/// fromShared(token) → tensor; the token is used up
napi_value from_shared(Call& call) {
  const uint64_t token = token_argument(call);
  std::optional<at::Tensor> tensor = registry().take(token);
  if (!tensor) {
    throw ArgumentRangeError(
        std::string(call.name()) + ": expected a token that share() gave for token, got " +
        std::to_string(token) + "n, " +
        (registry().has_issued(token)
             ? "which has been adopted or dropped before, or whose thread has ended"
             : "which is none of this process"));
  }
  claim(*tensor, *call.addon().ledger);
  return call.tensor_value(std::move(*tensor));
}

/// dropShared(token) → whether there was a tensor to drop
napi_value drop_shared(Call& call) {
  const std::optional<at::Tensor> dropped = registry().take(token_argument(call));
  return call.boolean_value(dropped.has_value());
}

void drop_unclaimed(void* ledger) { registry().drop_all_of(static_cast<Ledger*>(ledger)); }

constexpr Export kExports[] = {
    {"share", share_tensor},
    {"fromShared", from_shared},
    {"dropShared", drop_shared},
};

}  // namespace

void export_share(Addon& addon, Napi::Object exports) {
  add_exports(addon, exports, kExports);
  napi_add_env_cleanup_hook(addon.env, drop_unclaimed, addon.ledger);
}

}  // namespace node_libtorch
