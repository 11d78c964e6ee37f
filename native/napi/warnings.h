// libtorch's warnings as Node's: process.emitWarning instead of text on stderr.
#pragma once

#include <string>
#include <vector>

#include "napi/addon.h"

namespace node_libtorch {

/// Collects the warnings of this thread from now on.
void catch_warnings();

/// The collected ones, for another thread to hand on.
std::vector<std::string> take_warnings();

/// Hands the collected ones to JS. Between calls into libtorch, with no exception pending.
void emit_warnings(Addon& addon);
void emit_warnings(Addon& addon, const std::vector<std::string>& messages);

}  // namespace node_libtorch
