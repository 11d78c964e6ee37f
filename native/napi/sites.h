// Debug mode: where in the user's program each live tensor was made, and where it was disposed.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>

namespace node_libtorch {

class Ledger;

/// Belongs to one JS thread; exists only in debug mode. A stack is the text that JS has made of it.
class Sites {
 public:
  /// Notes where the tensor of `cell` was made.
  void made(const void* cell, const std::string& stack);
  /// From now on tensors are disposed at `stack`; empty for nowhere in particular.
  void disposing(const std::string& stack);
  /// The tensor of `cell` has been disposed.
  void disposed(const void* cell);
  /// The cell is being freed.
  void forget(const void* cell) { cells_.erase(cell); }

  /// Where the tensor of `cell` was made and disposed, for the end of a message.
  std::string describe(const void* cell) const;

  /// Calls `visit(cell, stack)` for each cell.
  template <class Visit>
  void each(const Visit& visit) const {
    for (const auto& [cell, entry] : cells_) visit(cell, *entry.made);
  }

 private:
  struct Entry {
    const std::string* made;
    const std::string* disposed;  ///< null where it is not known
  };
  std::unordered_set<std::string> stacks_;  ///< each distinct one once; none is ever dropped
  std::unordered_map<const void*, Entry> cells_;
  const std::string* disposing_ = nullptr;
};

/// What a message about the disposed tensor of `cell` ends with.
std::string where_disposed(const Ledger& ledger, const void* cell);

}  // namespace node_libtorch
