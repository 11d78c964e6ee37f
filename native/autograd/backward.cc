// Running backward.
#include "autograd/backward.h"

#include <ATen/ops/ones_like.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "autograd/anomaly.h"
#include "autograd/autograd.h"
#include "autograd/js_graph.h"
#include "autograd/thread_state.h"
#include "napi/call.h"
#include "napi/callback.h"
#include "napi/compute.h"

namespace node_libtorch {
namespace {

using torch::autograd::variable_list;

/// The arguments of one backward.
struct Backward {
  // Copies: hooks may dispose the handles.
  variable_list outputs;
  variable_list gradients;
  variable_list inputs;  ///< empty for all leaves
  bool accumulate;
  bool retain_graph;
  bool create_graph;

  static Backward read(Call& call);
  /// The gradients of the inputs; nothing where they are added to their `grad`.
  variable_list run() const;
};

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

Backward Backward::read(Call& call) {
  const int64_t flags = call.integer(0, "flags");
  const int64_t count = call.integer(1, "outputs");
  if (count < 0 || static_cast<size_t>(count) * 2 + 2 > call.size()) {
    call.refuse(1, "outputs", "the number of outputs that follow");
  }
  Backward backward;
  backward.accumulate = (flags & kAccumulate) != 0;
  backward.retain_graph = (flags & kRetainGraph) != 0;
  backward.create_graph = (flags & kCreateGraph) != 0;
  const char* where = backward.accumulate ? "backward" : "grad";
  const auto n = static_cast<size_t>(count);
  for (size_t i = 0; i < n; ++i) backward.outputs.push_back(call.tensor(2 + i, "output"));
  for (size_t i = 0; i < n; ++i) {
    const size_t at = 2 + n + i;
    backward.gradients.push_back(
        start_gradient(where, i, backward.outputs[i],
                       call.absent(at) ? at::Tensor() : call.tensor(at, "gradient")));
  }
  for (size_t i = 2 + 2 * n; i < call.size(); ++i) {
    const at::Tensor& input = call.tensor(i, "input");
    TORCH_CHECK(input.requires_grad(), where, ": input ", backward.inputs.size(),
                " does not require grad");
    backward.inputs.push_back(input);
  }
  return backward;
}

variable_list Backward::run() const {
  if (accumulate) {
    torch::autograd::backward(outputs, gradients, retain_graph, create_graph, inputs);
    return {};
  }
  return torch::autograd::grad(outputs, inputs, gradients, retain_graph, create_graph,
                               /*allow_unused=*/true);
}

/// Backward on the compute thread.
class BackwardJob final : public Job {
 public:
  explicit BackwardJob(Backward backward) : backward_(std::move(backward)) {}

  std::vector<at::Tensor> inputs() const override {
    std::vector<at::Tensor> tensors = backward_.outputs;
    for (const auto* list : {&backward_.gradients, &backward_.inputs}) {
      tensors.insert(tensors.end(), list->begin(), list->end());
    }
    return tensors;
  }
  bool needs_js() const override {
    scan_ = scan_graph(backward_.outputs);
    return scan_.needs_js;
  }
  void note_uses(Uses& uses) const override {
    uses.add(inputs());
    uses.add(scan_.leaves);
  }
  void run() override {
    state_.run([this] { backward_.run(); });
  }
  napi_value result(Addon& addon) override { return Napi::Env(addon.env).Undefined(); }

 private:
  const ThreadState state_;
  const Backward backward_;
  mutable GraphScan scan_;  ///< of needs_js, which is asked first
};

/// runBackward(flags, outputs, ...tensors): `outputs` tensors to start from, as many gradients or
/// nulls, then the inputs. Adds to their grad, or to that of all leaves where there are none, if
/// told to accumulate; else → their gradients, null for an input that was not used.
napi_value run_backward(Call& call) {
  const Backward backward = Backward::read(call);
  clear_anomaly_report();
  variable_list results;
  try {
    results = backward.run();
  } catch (const JsException&) {
    clear_anomaly_report();  // The error has a JS stack of its own.
    throw;
  }
  if (backward.accumulate) return call.undefined();
  Napi::Array array = Napi::Array::New(call.env(), results.size());
  for (size_t i = 0; i < results.size(); ++i) {
    array.Set(static_cast<uint32_t>(i), Napi::Value(call.env(), call.tensor_value(results[i])));
  }
  return array;
}

/// prepareBackward(flags, outputs, ...tensors) → a job for the compute thread, with the arguments
/// of runBackward
napi_value prepare_backward(Call& call) {
  Backward backward = Backward::read(call);
  if (!backward.accumulate) call.refuse(0, "flags", "those of a backward that accumulates");
  return prepare_job(call, std::make_unique<BackwardJob>(std::move(backward)));
}

/// graphInUse(...tensors) → whether a backward from them may add to a leaf of the running job
napi_value graph_in_use(Call& call) {
  std::vector<at::Tensor> roots;
  for (size_t i = 0; i < call.size(); ++i) roots.push_back(call.tensor(i, "tensor"));
  const GraphScan scan = scan_graph(roots);
  return call.boolean_value(
      std::any_of(scan.leaves.begin(), scan.leaves.end(), [&call](const at::Tensor& leaf) {
        return is_in_use(call.addon(), leaf.unsafeGetTensorImpl());
      }));
}

constexpr Export kExports[] = {
    {"runBackward", run_backward},
    {"prepareBackward", prepare_backward},
    {"graphInUse", graph_in_use},
};

}  // namespace

void backward_from(const at::Tensor& loss) {
  torch::autograd::backward({loss}, {start_gradient("backward", 0, loss, {})});
}

void export_backward(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
