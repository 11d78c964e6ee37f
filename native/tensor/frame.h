// The call frame: how lib/torch/dispatch.ts writes the arguments of an operator, and how they
// become IValues. Numbers, flags and lists lie in the addon's scratch Float64Array; tensors,
// strings, bigints and generators are arguments of the call itself ("slots"), named in the frame by
// their position.
#pragma once

#include <ATen/core/stack.h>

#include "napi/call.h"
#include "tensor/operator.h"

namespace node_libtorch {

/// First word of each argument in the frame. The same numbers stand in lib/torch/frame.ts.
enum class Tag : int {
  kDefault = 0,  ///< the schema's default
  kNone = 1,
  kInteger = 2,   ///< value
  kDouble = 3,    ///< value
  kBool = 4,      ///< 0 or 1
  kComplex = 5,   ///< re, im
  kSlot = 6,      ///< slot
  kList = 7,      ///< length, then each element with its own tag
  kIntegers = 8,  ///< length, values
  kWrapped = 9,   ///< a number standing in for a Tensor: then one tagged number
};

/// Reads the arguments that the frame holds behind the operator's number and appends them to
/// `stack`, then the defaults of the rest. The slots are the call's arguments.
void read_frame(const Call& call, const Operator& op, torch::jit::Stack& stack);

}  // namespace node_libtorch
