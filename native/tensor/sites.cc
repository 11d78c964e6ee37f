// Debug mode as JS sees it: notes of where tensors were made and disposed, and lists of the live.
#include "tensor/sites.h"

#include <map>
#include <unordered_set>

#include "napi/call.h"

namespace node_libtorch {
namespace {

Sites* sites_of(const Call& call) { return call.addon().ledger->sites.get(); }

/// setNoteSites(on): starts debug mode, or ends it and forgets its notes.
napi_value set_note_sites(Call& call) {
  auto& sites = call.addon().ledger->sites;
  const bool on = call.boolean(0, "on");
  if (on == (sites != nullptr)) return call.undefined();
  sites = on ? std::make_unique<Sites>() : nullptr;
  return call.undefined();
}

Cell<at::Tensor>& cell_argument(const Call& call) {
  auto* cell = open_handle<at::Tensor>(call.env(), call[0]);
  if (cell == nullptr) call.refuse(0, "tensor", HandleType<at::Tensor>::name);
  return *cell;
}

/// noteMade(tensor, stack)
napi_value note_made(Call& call) {
  const auto& cell = cell_argument(call);
  const std::string stack = call.string(1, "stack");
  if (Sites* sites = sites_of(call)) sites->made(&cell, stack);
  return call.undefined();
}

/// noteDisposing(stack): where tensors are disposed from now on; '' for nowhere in particular.
napi_value note_disposing(Call& call) {
  const std::string stack = call.string(0, "stack");
  if (Sites* sites = sites_of(call)) sites->disposing(stack);
  return call.undefined();
}

/// whereDisposed(tensor) → end of a message about a disposed tensor
napi_value where_disposed_value(Call& call) {
  const auto& cell = cell_argument(call);
  return call.string_value(where_disposed(*call.addon().ledger, &cell));
}

/// liveSites() → [stack, tensors, bytes][]: this thread's live tensors by where they were made; of
/// memory that several tensors of one place share, the bytes count once.
napi_value live_sites(Call& call) {
  struct Held {
    int64_t count = 0;
    int64_t bytes = 0;
    std::unordered_set<const void*> storages;
  };
  std::map<std::string, Held> places;
  if (const Sites* sites = sites_of(call)) {
    sites->each([&](const void* data, const std::string& stack) {
      const at::Tensor& tensor = static_cast<const Cell<at::Tensor>*>(data)->value;
      if (!tensor.defined()) return;
      Held& held = places[stack];
      ++held.count;
      if (!tensor.has_storage()) return;
      const auto& storage = tensor.storage();
      if (!held.storages.insert(storage.unsafeGetStorageImpl()).second) return;
      held.bytes += static_cast<int64_t>(storage.nbytes());
    });
  }
  Napi::Array result = Napi::Array::New(call.env());
  for (const auto& [stack, held] : places) {
    Napi::Array row = Napi::Array::New(call.env(), 3);
    row.Set(0u, stack);
    row.Set(1u, static_cast<double>(held.count));
    row.Set(2u, static_cast<double>(held.bytes));
    result.Set(result.Length(), row);
  }
  return result;
}

constexpr Export kExports[] = {
    {"setNoteSites", set_note_sites},  {"noteMade", note_made},
    {"noteDisposing", note_disposing}, {"whereDisposed", where_disposed_value},
    {"liveSites", live_sites},
};

}  // namespace

void export_sites(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
