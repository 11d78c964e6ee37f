// torch.scope: frees the tensors made inside it when it ends.
#include "tensor/scope.h"

#include "napi/call.h"

namespace node_libtorch {
namespace {

napi_value begin_scope(Call& call) {
  call.addon().ledger->scopes.emplace_back();
  return call.undefined();
}

/// endScope(...kept): disposes what the innermost scope holds; what is kept moves to the scope
/// around it.
napi_value end_scope(Call& call) {
  auto& scopes = call.addon().ledger->scopes;
  if (scopes.empty()) throw ArgumentError("endScope: no scope is open");
  const size_t depth = scopes.size();
  for (size_t i = 0; i < call.size(); ++i) {
    auto* cell = open_handle<at::Tensor>(call.env(), call[i]);
    if (cell == nullptr || scopes[depth - 1].erase(cell) == 0) continue;
    if (depth > 1) scopes[depth - 2].insert(cell);
  }
  // From here on nothing runs that could collect garbage, and so free a cell of the set.
  const std::unordered_set<void*> made = std::move(scopes.back());
  scopes.pop_back();
  for (void* held : made) {
    auto* cell = static_cast<Cell<at::Tensor>*>(held);
    cell->uncount();
    cell->value = at::Tensor();
  }
  return call.undefined();
}

/// keepTensor(tensor): no scope frees it. For parameters, which belong to their module.
napi_value keep_tensor(Call& call) {
  auto* cell = open_handle<at::Tensor>(call.env(), call[0]);
  if (cell == nullptr) call.refuse(0, "tensor", HandleType<at::Tensor>::name);
  for (auto& scope : call.addon().ledger->scopes) scope.erase(cell);
  return call.undefined();
}

constexpr Export kExports[] = {
    {"beginScope", begin_scope}, {"endScope", end_scope}, {"keepTensor", keep_tensor}};

}  // namespace

void export_scope(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
