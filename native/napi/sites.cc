#include "napi/sites.h"

#include "napi/ledger.h"

namespace node_libtorch {

void Sites::made(const void* cell, const std::string& stack) {
  cells_[cell] = {&*stacks_.insert(stack).first, nullptr};
}

void Sites::disposing(const std::string& stack) {
  disposing_ = stack.empty() ? nullptr : &*stacks_.insert(stack).first;
}

void Sites::disposed(const void* cell) {
  const auto found = cells_.find(cell);
  if (found != cells_.end()) found->second.disposed = disposing_;
}

std::string Sites::describe(const void* cell) const {
  const auto found = cells_.find(cell);
  if (found == cells_.end()) return "; it was made before debug mode was turned on";
  const auto& [made, disposed] = found->second;
  std::string text = "\nIt was made\n" + *made;
  if (disposed != nullptr) text += "\nand disposed\n" + *disposed;
  return text;
}

std::string where_disposed(const Ledger& ledger, const void* cell) {
  if (ledger.sites != nullptr) return ledger.sites->describe(cell);
  return "; set NODE_LIBTORCH_DEBUG=1 or call torch.debug({ creationStacks: true }) to learn where";
}

}  // namespace node_libtorch
