// Running backward.
#include <ATen/ops/ones_like.h>
#include <torch/csrc/autograd/autograd.h>

#include <string>

#include "autograd/anomaly.h"
#include "autograd/autograd.h"
#include "napi/call.h"
#include "napi/callback.h"

namespace node_libtorch {
namespace {

using torch::autograd::variable_list;

/// The gradient to start from: what was given for the output, or 1 for a single real number.
at::Tensor start_gradient(const char* where, size_t i, const at::Tensor& output,
                          const at::Tensor& given) {
  TORCH_CHECK(output.requires_grad(), where, ": tensor ", i,
              " does not require grad and has no gradFn");
  if (!given.defined()) {
    TORCH_CHECK(output.numel() == 1, where,
                ": grad can be implicitly created only for scalar outputs, and tensor ", i,
                " has shape ", output.sizes(), ": pass a gradient for it");
    TORCH_CHECK(at::isFloatingType(output.scalar_type()), where,
                ": grad can be implicitly created only for real outputs, and tensor ", i, " is ",
                output.scalar_type(), ": pass a gradient for it");
    return at::ones_like(output, at::MemoryFormat::Preserve);
  }
  TORCH_CHECK_VALUE(given.sizes() == output.sizes(), where, ": the gradient of tensor ", i,
                    " has shape ", given.sizes(), ", the tensor ", output.sizes());
  TORCH_CHECK_VALUE(given.is_complex() == output.is_complex(), where, ": the gradient of tensor ",
                    i, " has dtype ", given.scalar_type(), ", the tensor ", output.scalar_type(),
                    ": both must be complex, or neither");
  return given;
}

// The same bits stand in lib/autograd/backward.ts.
constexpr int64_t kRetainGraph = 1;
constexpr int64_t kCreateGraph = 2;
constexpr int64_t kAccumulate = 4;

/// runBackward(flags, outputs, ...tensors): `outputs` tensors to start from, as many gradients or
/// nulls, then the inputs. Adds to their grad, or to that of all leaves where there are none, if
/// told to accumulate; else → their gradients, null for an input that was not used.
napi_value run_backward(Call& call) {
  const int64_t flags = call.integer(0, "flags");
  const int64_t count = call.integer(1, "outputs");
  if (count < 0 || static_cast<size_t>(count) * 2 + 2 > call.size()) {
    call.refuse(1, "outputs", "the number of outputs that follow");
  }
  const bool accumulate = (flags & kAccumulate) != 0;
  const char* where = accumulate ? "backward" : "grad";
  // Copies: hooks may dispose the handles.
  const auto n = static_cast<size_t>(count);
  variable_list outputs;
  variable_list gradients;
  variable_list inputs;
  for (size_t i = 0; i < n; ++i) outputs.push_back(call.tensor(2 + i, "output"));
  for (size_t i = 0; i < n; ++i) {
    const size_t at = 2 + n + i;
    gradients.push_back(start_gradient(
        where, i, outputs[i], call.absent(at) ? at::Tensor() : call.tensor(at, "gradient")));
  }
  for (size_t i = 2 + 2 * n; i < call.size(); ++i) {
    const at::Tensor& input = call.tensor(i, "input");
    TORCH_CHECK(input.requires_grad(), where, ": input ", inputs.size(), " does not require grad");
    inputs.push_back(input);
  }
  clear_anomaly_report();
  const bool retain = (flags & kRetainGraph) != 0;
  const bool create = (flags & kCreateGraph) != 0;
  variable_list results;
  try {
    if (accumulate) {
      torch::autograd::backward(outputs, gradients, retain, create, inputs);
      return call.undefined();
    }
    results =
        torch::autograd::grad(outputs, inputs, gradients, retain, create, /*allow_unused=*/true);
  } catch (const JsException&) {
    clear_anomaly_report();  // The error has a JS stack of its own.
    throw;
  }
  Napi::Array array = Napi::Array::New(call.env(), results.size());
  for (size_t i = 0; i < results.size(); ++i) {
    array.Set(static_cast<uint32_t>(i), Napi::Value(call.env(), call.tensor_value(results[i])));
  }
  return array;
}

constexpr Export kExports[] = {{"runBackward", run_backward}};

}  // namespace

void export_backward(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
