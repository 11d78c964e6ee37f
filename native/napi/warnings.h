// libtorch's warnings as Node's: process.emitWarning instead of text on stderr.
#pragma once

#include "napi/addon.h"

namespace node_libtorch {

/// Collects the warnings of this thread from now on.
void catch_warnings();

/// Hands the collected ones to JS. Between calls into libtorch, with no exception pending.
void emit_warnings(Addon& addon);

}  // namespace node_libtorch
