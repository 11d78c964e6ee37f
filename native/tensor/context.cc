// State of the process and of its threads: versions, threads, default dtype, switches.
#include "tensor/context.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <c10/core/DefaultDtype.h>
#include <c10/core/ScalarTypeToTypeMeta.h>

#include <string>

#include "napi/call.h"
#include "tensor/libtorch.h"

namespace node_libtorch {
namespace {

/// versions() → { libtorch, built, folder, cpuCapability }
napi_value versions(Call& call) {
  Napi::Object result = Napi::Object::New(call.env());
  result.Set("libtorch", libtorch_version());
  result.Set("built", NODE_LIBTORCH_VERSION);
  result.Set("folder", libtorch_folder().string());
  result.Set("cpuCapability", at::get_cpu_capability());
  return result;
}

int threads_argument(const Call& call) {
  const int64_t count = call.integer(0, "threads");
  if (count < 1 || count > 4096) call.refuse(0, "threads", "a number of threads from 1 to 4096");
  return static_cast<int>(count);
}

napi_value num_threads(Call& call) { return call.number_value(at::get_num_threads()); }

napi_value set_num_threads(Call& call) {
  at::set_num_threads(threads_argument(call));
  return call.undefined();
}

napi_value num_interop_threads(Call& call) {
  return call.number_value(at::get_num_interop_threads());
}

napi_value set_num_interop_threads(Call& call) {
  at::set_num_interop_threads(threads_argument(call));
  return call.undefined();
}

napi_value default_dtype(Call& call) {
  return call.number_value(
      static_cast<double>(c10::typeMetaToScalarType(c10::get_default_dtype())));
}

napi_value set_default_dtype(Call& call) {
  const auto dtype = static_cast<at::ScalarType>(call.integer(0, "dtype"));
  if (!at::isFloatingType(dtype)) call.refuse(0, "dtype", "the number of a floating-point dtype");
  c10::set_default_dtype(c10::scalarTypeToTypeMeta(dtype));
  return call.undefined();
}

/// A switch of the process: its name in JS, how to read it and how to turn it.
struct Switch {
  std::string_view name;
  bool (*get)(const at::Context&);
  void (*set)(at::Context&, bool);
};

constexpr auto kReduced = at::CuBLASReductionOption::AllowReducedPrecisionWithSplitK;

constexpr Switch kSwitches[] = {
    {"deterministic.fillUninitializedMemory",
     [](const at::Context& c) { return c.deterministicFillUninitializedMemory(); },
     [](at::Context& c, bool on) { c.setDeterministicFillUninitializedMemory(on); }},
    {"cudnn.enabled", [](const at::Context& c) { return c.userEnabledCuDNN(); },
     [](at::Context& c, bool on) { c.setUserEnabledCuDNN(on); }},
    {"cudnn.benchmark", [](const at::Context& c) { return c.benchmarkCuDNN(); },
     [](at::Context& c, bool on) { c.setBenchmarkCuDNN(on); }},
    {"cudnn.deterministic", [](const at::Context& c) { return c.deterministicCuDNN(); },
     [](at::Context& c, bool on) { c.setDeterministicCuDNN(on); }},
    {"cudnn.allowTf32", [](const at::Context& c) { return c.allowTF32CuDNN(); },
     [](at::Context& c, bool on) { c.setAllowTF32CuDNN(on); }},
    {"cuda.matmul.allowTf32", [](const at::Context& c) { return c.allowTF32CuBLAS(); },
     [](at::Context& c, bool on) { c.setAllowTF32CuBLAS(on); }},
    {"cuda.matmul.allowFp16ReducedPrecisionReduction",
     [](const at::Context& c) { return c.allowFP16ReductionCuBLAS() == kReduced; },
     [](at::Context& c, bool on) { c.setAllowFP16ReductionCuBLAS(on); }},
    {"cuda.matmul.allowBf16ReducedPrecisionReduction",
     [](const at::Context& c) { return c.allowBF16ReductionCuBLAS() == kReduced; },
     [](at::Context& c, bool on) { c.setAllowBF16ReductionCuBLAS(on); }},
    {"cuda.flashSdp", [](const at::Context& c) { return c.userEnabledFlashSDP(); },
     [](at::Context& c, bool on) { c.setSDPUseFlash(on); }},
    {"cuda.memEfficientSdp", [](const at::Context& c) { return c.userEnabledMemEfficientSDP(); },
     [](at::Context& c, bool on) { c.setSDPUseMemEfficient(on); }},
    {"cuda.mathSdp", [](const at::Context& c) { return c.userEnabledMathSDP(); },
     [](at::Context& c, bool on) { c.setSDPUseMath(on); }},
    {"cuda.cudnnSdp", [](const at::Context& c) { return c.userEnabledCuDNNSDP(); },
     [](at::Context& c, bool on) { c.setSDPUseCuDNN(on); }},
    {"mkldnn.enabled", [](const at::Context& c) { return c.userEnabledMkldnn(); },
     [](at::Context& c, bool on) { c.setUserEnabledMkldnn(on); }},
    {"mkldnn.deterministic", [](const at::Context& c) { return c.deterministicMkldnn(); },
     [](at::Context& c, bool on) { c.setDeterministicMkldnn(on); }},
    {"nnpack.enabled", [](const at::Context& c) { return c.userEnabledNNPACK(); },
     [](at::Context& c, bool on) { c.setUserEnabledNNPACK(on); }},
};

const Switch& switch_argument(const Call& call) {
  const std::string name = call.string(0, "name");
  for (const Switch& one : kSwitches) {
    if (one.name == name) return one;
  }
  call.refuse(0, "name", "the name of a switch");
}

napi_value get_switch(Call& call) {
  return call.boolean_value(switch_argument(call).get(at::globalContext()));
}

napi_value set_switch(Call& call) {
  const Switch& one = switch_argument(call);
  one.set(at::globalContext(), call.boolean(1, "on"));
  return call.undefined();
}

/// deterministicMode() → 0 off, 1 warn, 2 on: libtorch's debug mode
napi_value deterministic_mode(Call& call) {
  const at::Context& context = at::globalContext();
  if (!context.deterministicAlgorithms()) return call.number_value(0);
  return call.number_value(context.deterministicAlgorithmsWarnOnly() ? 1 : 2);
}

napi_value set_deterministic_mode(Call& call) {
  const int64_t mode = call.integer(0, "mode");
  if (mode < 0 || mode > 2) call.refuse(0, "mode", "0, 1 or 2");
  at::globalContext().setDeterministicAlgorithms(mode != 0, mode == 1);
  return call.undefined();
}

napi_value matmul_precision(Call& call) {
  switch (at::globalContext().float32MatmulPrecision()) {
    case at::Float32MatmulPrecision::HIGHEST:
      return call.string_value("highest");
    case at::Float32MatmulPrecision::HIGH:
      return call.string_value("high");
    case at::Float32MatmulPrecision::MEDIUM:
      return call.string_value("medium");
  }
  return call.undefined();
}

napi_value set_matmul_precision(Call& call) {
  const std::string precision = call.string(0, "precision");
  // libtorch matches it with a regular expression, which overflows the stack for a long text.
  if (precision != "highest" && precision != "high" && precision != "medium") {
    call.refuse(0, "precision", "'highest', 'high' or 'medium'");
  }
  at::globalContext().setFloat32MatmulPrecision(precision);
  return call.undefined();
}

/// setFlushDenormal(on) → whether the processor can
napi_value set_flush_denormal(Call& call) {
  return call.boolean_value(at::Context::setFlushDenormal(call.boolean(0, "on")));
}

constexpr Export kExports[] = {
    {"versions", versions},
    {"numThreads", num_threads},
    {"setNumThreads", set_num_threads},
    {"numInteropThreads", num_interop_threads},
    {"setNumInteropThreads", set_num_interop_threads},
    {"defaultDtype", default_dtype},
    {"setDefaultDtype", set_default_dtype},
    {"getSwitch", get_switch},
    {"setSwitch", set_switch},
    {"deterministicMode", deterministic_mode},
    {"setDeterministicMode", set_deterministic_mode},
    {"matmulPrecision", matmul_precision},
    {"setMatmulPrecision", set_matmul_precision},
    {"setFlushDenormal", set_flush_denormal},
};

}  // namespace

void export_context(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
