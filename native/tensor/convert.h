// IValues as JS values: the results of operators.
#pragma once

#include <ATen/core/ivalue.h>

#include "napi/call.h"

namespace node_libtorch {

/// Tensor → handle (undefined tensor → null), list → array, int → number or, when unsafe, bigint,
/// complex → { re, im }, None → null.
napi_value to_js(const Call& call, c10::IValue value);
napi_value scalar_to_js(const Call& call, const at::Scalar& value);

}  // namespace node_libtorch
