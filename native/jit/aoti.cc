// Models that Python has compiled ahead of time (AOTInductor, .pt2).
#include <torch/csrc/inductor/aoti_package/model_package_loader.h>

#include <cstdlib>
#include <limits>
#include <mutex>

#include "autograd/thread_state.h"
#include "jit/jit.h"
#include "napi/call.h"
#include "napi/compute.h"

namespace node_libtorch {

class AotiModel {
 public:
  AotiModel(const std::string& path, const std::string& name, bool single_threaded, size_t runners,
            c10::DeviceIndex device)
      : loader(path, name, single_threaded, runners, device) {}

  torch::inductor::AOTIModelPackageLoader loader;
};

namespace {

Napi::Object strings_value(const Call& call,
                           const std::unordered_map<std::string, std::string>& strings) {
  Napi::Object result = Napi::Object::New(call.env());
  for (const auto& [name, value] : strings) result.Set(name, value);
  return result;
}

Napi::Array strings_value(const Call& call, const std::vector<std::string>& strings) {
  Napi::Array result = Napi::Array::New(call.env());
  for (const std::string& value : strings) result.Set(result.Length(), value);
  return result;
}

/// aotiLoad(path, modelName, numRunners, deviceIndex) → model
napi_value aoti_load(Call& call) {
  const int64_t runners = call.integer(2, "numRunners");
  if (runners < 1) call.refuse(2, "numRunners", "a positive integer");
  const int64_t device = call.integer(3, "device");
  if (device < -1 || device > std::numeric_limits<c10::DeviceIndex>::max()) {
    call.refuse(3, "device", "the index of a device, or -1");
  }
  auto model = std::make_shared<AotiModel>(call.string(0, "path"), call.string(1, "modelName"),
                                           /*single_threaded=*/false, static_cast<size_t>(runners),
                                           static_cast<c10::DeviceIndex>(device));
  return make_handle<AotiModelPtr>(call.env(), *call.addon().ledger, std::move(model));
}

AotiModelPtr& model_of(const Call& call) { return call.handle<AotiModelPtr>(0, "model"); }

/// aotiDescribe(model) → { metadata, callSpec, constants }
napi_value aoti_describe(Call& call) {
  auto& loader = model_of(call)->loader;
  Napi::Object result = Napi::Object::New(call.env());
  result.Set("metadata", strings_value(call, loader.get_metadata()));
  result.Set("callSpec", strings_value(call, loader.get_call_spec()));
  result.Set("constants", strings_value(call, loader.get_constant_fqns()));
  return result;
}

std::vector<at::Tensor> read_inputs(const Call& call) {
  std::vector<at::Tensor> inputs;
  for (size_t i = 1; i < call.size(); ++i) inputs.push_back(call.tensor(i, "input"));
  return inputs;
}

napi_value tensors_value(Addon& addon, std::vector<at::Tensor> tensors) {
  const Napi::Env env(addon.env);
  Napi::Array results = Napi::Array::New(env, tensors.size());
  for (uint32_t i = 0; i < tensors.size(); ++i) {
    results.Set(i, Napi::Value(env, make_handle(env, *addon.ledger, std::move(tensors[i]))));
  }
  return results;
}

/// aotiRun(model, ...inputs) → outputs
napi_value aoti_run(Call& call) {
  const AotiModelPtr model = model_of(call);
  return tensors_value(call.addon(), model->loader.boxed_run(read_inputs(call)));
}

/// The same on the compute thread.
class AotiJob final : public Job {
 public:
  AotiJob(AotiModelPtr model, std::vector<at::Tensor> inputs)
      : model_(std::move(model)), inputs_(std::move(inputs)) {}

  std::vector<at::Tensor> inputs() const override { return inputs_; }
  bool needs_js() const override { return false; }
  void note_uses(Uses& uses) const override { uses.add(inputs_); }
  void run() override {
    state_.run([this] { outputs_ = model_->loader.run(inputs_); });
  }
  napi_value result(Addon& addon) override { return tensors_value(addon, std::move(outputs_)); }

 private:
  const ThreadState state_;
  const AotiModelPtr model_;
  const std::vector<at::Tensor> inputs_;
  std::vector<at::Tensor> outputs_;
};

/// aotiPrepare(model, ...inputs) → a job whose result is that of aotiRun
napi_value aoti_prepare(Call& call) {
  return prepare_job(call, std::make_unique<AotiJob>(model_of(call), read_inputs(call)));
}

constexpr Export kExports[] = {
    {"aotiLoad", aoti_load},
    {"aotiDescribe", aoti_describe},
    {"aotiRun", aoti_run},
    {"aotiPrepare", aoti_prepare},
};

}  // namespace

void export_aoti(Addon& addon, Napi::Object exports) {
  // Compiled code checks the dtypes, sizes and strides of its inputs only if this is set when it
  // first runs; else it reads past the end of smaller ones. Set here, while the process loads the
  // addon: later, other threads may be reading the environment.
  static std::once_flag once;
  std::call_once(once, [] { setenv("AOTI_RUNTIME_CHECK_INPUTS", "1", /*overwrite=*/0); });
  add_exports(addon, exports, kExports);
}

}  // namespace node_libtorch
