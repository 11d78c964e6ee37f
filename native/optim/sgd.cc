// torch.optim.SGD: stochastic gradient descent with momentum.
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>

#include "optim/kinds.h"
#include "optim/list_optimizer.h"
#include "optim/match.h"

namespace node_libtorch {
namespace {

constexpr const char* kBuffer = "momentum_buffer";

class Sgd final : public ListOptimizer {
 public:
  Sgd()
      : ListOptimizer("SGD", {.takes_sparse = true, .complex_as_real = false, .has_fused = true}) {}

 protected:
  void update_lists(const ParamGroup& group, Lists& lists) override {
    decay(group, lists);
    if (const double momentum = group.at("momentum"); momentum != 0) {
      auto buffers = accumulate(group, lists);
      lists.grads = group.flag("nesterov") ? at::_foreach_add(lists.grads, buffers, momentum)
                                           : std::move(buffers);
    }
    at::_foreach_add_(lists.params, lists.grads, -group.at("lr"));
  }

  void update_fused(const ParamGroup& group, Batch& batch, const FusedScale& scaling) override {
    const bool has_momentum = group.at("momentum") != 0;
    // No buffer may be made by a step that does nothing: it would hold no gradient. Elsewhere than
    // on the CPU nobody waits to learn that, and buffers begin as zeros, unless dampening would
    // then weaken the first gradient.
    const bool waits = batch.params.front().is_cpu() ||
                       (has_momentum && group.at("dampening") != 0 &&
                        !std::all_of(batch.params.begin(), batch.params.end(),
                                     [&](const at::Tensor& each) { return has_buffer(each); }));
    if (waits && scaling.found_inf && scaling.found_inf->item<float>() != 0) return;
    const bool from_zero = !waits && scaling.found_inf;
    // The kernel's is_first_step holds for a whole list, but parameters may get their first
    // gradient late.
    struct {
      Batch batch;
      std::vector<at::Tensor> buffers;
    } first, later;
    for (size_t i = 0; i < batch.params.size(); ++i) {
      const at::Tensor& parameter = batch.params[i];
      if (!has_momentum) {
        later.batch.add(parameter, batch.grads[i]);
        continue;
      }
      at::Tensor& buffer = state_of(parameter)[kBuffer];
      auto& list = buffer.defined() || from_zero ? later : first;
      if (buffer.defined()) {
        buffer = flat_like_parameter(name(), "momentum buffer", buffer, parameter);
      } else {
        buffer = from_zero ? at::zeros_like(parameter) : at::empty_like(parameter);
      }
      list.batch.add(parameter, batch.grads[i]);
      list.buffers.push_back(buffer);
    }
    for (auto* list : {&first, &later}) {
      if (list->batch.params.empty()) continue;
      at::_fused_sgd_(list->batch.params, list->batch.grads, list->buffers,
                      group.at("weight_decay"), group.at("momentum"), group.at("lr"),
                      group.at("dampening"), group.flag("nesterov"), group.flag("maximize"),
                      /*is_first_step=*/list == &first, scaling.scale, scaling.found_inf);
    }
  }

 private:
  bool has_buffer(const at::Tensor& parameter) const {
    const State* state = find_state(parameter);
    return state != nullptr && std::any_of(state->begin(), state->end(), [](const auto& entry) {
             return entry.first == kBuffer && entry.second.defined();
           });
  }

  /// The momentum buffers with the gradients in them; the first gradient is the buffer.
  std::vector<at::Tensor> accumulate(const ParamGroup& group, const Lists& lists) {
    std::vector<at::Tensor> buffers, known, grads;
    for (size_t i = 0; i < lists.keys.size(); ++i) {
      at::Tensor& buffer = state_of(lists.keys[i])[kBuffer];
      if (!buffer.defined()) {
        buffer = lists.grads[i].clone();
      } else {
        buffer = like_parameter(name(), "momentum buffer", buffer, lists.keys[i]);
        known.push_back(buffer);
        grads.push_back(lists.grads[i]);
      }
      buffers.push_back(buffer);
    }
    if (!known.empty()) {
      multiply_(group, known, group.at("momentum"));
      at::_foreach_add_(known, grads, 1 - group.at("dampening"));
    }
    return buffers;
  }
};

}  // namespace

OptimizerPtr make_sgd() { return std::make_shared<Sgd>(); }

}  // namespace node_libtorch
