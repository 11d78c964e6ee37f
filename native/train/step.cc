// A whole step of training or of evaluation as one job for the compute thread, for lib/train.
#include "train/step.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_amp_update_scale.h>

#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "amp/grad_scaling.h"
#include "autograd/backward.h"
#include "autograd/js_graph.h"
#include "autograd/thread_state.h"
#include "napi/call.h"
#include "napi/compute.h"
#include "nn/js_module.h"
#include "nn/module_uses.h"
#include "nn/options.h"
#include "optim/clip_grad.h"

namespace node_libtorch {
namespace {

/// torch.amp.GradScaler's numbers, and the tensors that it keeps.
struct Scaling {
  at::Tensor scale;
  at::Tensor growth_tracker;
  double growth_factor;
  double backoff_factor;
  int64_t growth_interval;
};

/// What a step does, as lib/train/step.ts has it.
struct Settings {
  bool zero_grad;    ///< forget the gradients first
  bool update;       ///< step the optimizer at the end
  double divisor;    ///< of the loss, before backward
  double clip_norm;  ///< NaN not to clip
  double norm_type;
  double clip_value;  ///< NaN not to clip
  bool with_output;
  std::optional<AutocastState> autocast;  ///< of the forward
};

class StepJob final : public Job {
 public:
  ModulePtr model;
  ModulePtr criterion;
  OptimizerPtr optimizer;  ///< null to evaluate
  Settings settings;
  Inputs samples;
  Inputs targets;
  std::vector<at::Tensor> clipped;  ///< parameters whose gradients are clipped
  std::optional<Scaling> scaling;

  const ThreadState& state() const { return state_; }

  std::vector<at::Tensor> inputs() const override {
    std::vector<at::Tensor> all = samples;
    all.insert(all.end(), targets.begin(), targets.end());
    return all;
  }

  bool needs_js() const override {
    if (!runs_natively(*model) || !runs_natively(*criterion)) return true;
    if (optimizer == nullptr) return false;
    std::vector<at::Tensor> roots = inputs();
    for (const auto& module : {model, criterion}) {
      const auto parameters = module->parameters();
      roots.insert(roots.end(), parameters.begin(), parameters.end());
    }
    scan_ = scan_graph(roots);
    return scan_.needs_js;
  }

  void note_uses(Uses& uses) const override {
    note_module(uses, *model);
    note_module(uses, *criterion);
    uses.add(inputs());
    if (optimizer == nullptr) return;
    // Inputs may come out of a graph, down to whose leaves backward goes.
    uses.add(scan_.leaves);
    uses.add(clipped);
    uses.add(optimizer.get());
    for (const auto& group : optimizer->groups()) {
      uses.add(group.params);
      for (const auto& parameter : group.params) {
        const auto* state = optimizer->find_state(parameter);
        if (state == nullptr) continue;
        for (const auto& [name, tensor] : *state) uses.add(tensor);
      }
    }
  }

  void run() override {
    state_.run([this] { optimizer != nullptr ? train() : evaluate(); });
  }

  napi_value result(Addon& addon) override {
    napi_value loss = make_handle(addon.env, *addon.ledger, std::move(loss_));
    if (!settings.with_output) return loss;
    const Napi::Env env(addon.env);
    Napi::Array pair = Napi::Array::New(env, 2);
    pair.Set(0u, Napi::Value(env, loss));
    pair.Set(1u, Napi::Value(env, make_handle(env, *addon.ledger, std::move(output_))));
    return pair;
  }

 private:
  at::Tensor forward() {
    std::optional<AutocastGuard> autocast;
    if (settings.autocast) autocast.emplace(*settings.autocast);
    const at::Tensor output = run_module(model, samples);
    Inputs pair = {output};
    pair.insert(pair.end(), targets.begin(), targets.end());
    at::Tensor loss = run_module(criterion, pair);
    // Without their graph, whose memory JS would keep with them.
    loss_ = loss.detach();
    if (settings.with_output) output_ = output.detach();
    return loss;
  }

  void evaluate() {
    const at::NoGradGuard no_grad;
    forward();
  }

  void train() {
    if (settings.zero_grad) optimizer->zero_grad(/*set_to_none=*/true);
    {
      at::Tensor loss = forward();
      if (settings.divisor != 1) loss = loss.div(settings.divisor);
      if (scaling) loss = loss.mul(scaling->scale);
      backward_from(loss);
    }
    if (!settings.update) return;
    if (scaling) {
      const at::Tensor found = scaled_update();
      at::_amp_update_scale_(scaling->scale, scaling->growth_tracker, found, scaling->growth_factor,
                             scaling->backoff_factor, scaling->growth_interval);
    } else {
      clip();
      optimizer->step();
    }
  }

  /// Whether a gradient was infinite or NaN, as a tensor.
  at::Tensor scaled_update() {
    if (clipped.empty()) return scaled_step(*optimizer, scaling->scale);
    at::Tensor found = unscale_gradients(*optimizer, scaling->scale);
    clip();
    if (found.item<float>() == 0) optimizer->step();
    return found;
  }

  void clip() {
    if (clipped.empty()) return;
    std::vector<at::Tensor> grads;
    for (const at::Tensor& parameter : clipped) {
      if (parameter.grad().defined()) grads.push_back(parameter.grad());
    }
    if (!std::isnan(settings.clip_norm)) {
      clip_grads_with_norm(grads, total_norm(grads, settings.norm_type), settings.clip_norm);
    }
    if (!std::isnan(settings.clip_value)) clip_grad_value(grads, settings.clip_value);
  }

  const ThreadState state_;
  mutable GraphScan scan_;  ///< of needs_js, which is asked first
  at::Tensor loss_;
  at::Tensor output_;
};

/// The settings under a name; nothing for null.
std::optional<OptionReader> part_of(const Call& call, const Napi::Object& settings,
                                    const char* name) {
  const Napi::Value value = settings.Get(name);
  if (value.IsNull()) return std::nullopt;
  if (!value.IsObject()) {
    throw ArgumentError(std::string(call.name()) + ": expected an object for " + name);
  }
  return OptionReader(call.name(), value.As<Napi::Object>());
}

/// A whole number from 0 to `most`.
int64_t whole_number(const OptionReader& reader, const char* name, int64_t most,
                     const char* expected) {
  const int64_t value = reader.integer(name);
  if (value < 0 || value > most) reader.refuse(name, expected);
  return value;
}

/// The autocast of the caller, with another choice for one kind of device.
AutocastState autocast_of(const Call& call, const OptionReader& reader, AutocastState state) {
  const auto type = c10::Device(reader.string("deviceType")).type();
  constexpr auto kLastDtype = static_cast<int64_t>(at::ScalarType::NumOptions) - 1;
  const auto dtype = static_cast<at::ScalarType>(
      whole_number(reader, "dtype", kLastDtype, "the number of a dtype"));
  for (auto& device : state.devices) {
    if (device.type != type) continue;
    device.enabled = true;
    device.dtype = dtype;
    return state;
  }
  call.refuse(3, "autocast", "a device type that has autocast");
}

/// The batches since the scale has grown, as _amp_update_scale_ counts them.
const at::Tensor& growth_tracker_of(const Call& call, size_t i) {
  const at::Tensor& tracker = call.tensor(i, "growthTracker");
  if (tracker.scalar_type() != at::kInt || tracker.numel() != 1) {
    call.refuse(i, "growthTracker", "an int32 tensor of one element");
  }
  return tracker;
}

/// prepareStep(model, criterion, optimizer | null, settings, ...samples, ...targets, ...clipped,
/// scale?, growthTracker?) → a job: of training with an optimizer, else of evaluation. Its result
/// is the loss, or a pair of loss and output.
napi_value prepare_step(Call& call) {
  auto job = std::make_unique<StepJob>();
  job->model = call.handle<ModulePtr>(0, "model");
  job->criterion = call.handle<ModulePtr>(1, "criterion");
  if (!call.absent(2)) job->optimizer = call.handle<OptimizerPtr>(2, "optimizer");
  const Napi::Object settings = call.object(3, "settings");
  const OptionReader reader(call.name(), settings);
  job->settings = {
      .zero_grad = reader.boolean("zeroGrad"),
      .update = reader.boolean("update"),
      .divisor = reader.number("divisor"),
      .clip_norm = reader.number("clipNorm"),
      .norm_type = reader.number("normType"),
      .clip_value = reader.number("clipValue"),
      .with_output = reader.boolean("withOutput"),
      .autocast = {},
  };
  if (const auto part = part_of(call, settings, "autocast")) {
    job->settings.autocast = autocast_of(call, *part, job->state().autocast());
  }
  size_t at = 4;
  const auto read = [&](std::vector<at::Tensor>& list, const char* count, const char* what) {
    const auto most = static_cast<int64_t>(call.size());
    const auto end = at + whole_number(reader, count, most, "the number of tensors that follow");
    for (; at < end; ++at) {
      list.push_back(call.tensor(at, what));
    }
  };
  read(job->samples, "samples", "input");
  read(job->targets, "targets", "target");
  read(job->clipped, "clipped", "parameter");
  if (const auto part = part_of(call, settings, "scaling")) {
    const int64_t interval = part->integer("growthInterval");
    if (interval < 0) part->refuse("growthInterval", "0 or more");
    job->scaling = Scaling{scale_of(call, at), growth_tracker_of(call, at + 1),
                           part->number("growthFactor"), part->number("backoffFactor"), interval};
  }
  return prepare_job(call, std::move(job));
}

constexpr Export kExports[] = {{"prepareStep", prepare_step}};

}  // namespace

void export_step(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
