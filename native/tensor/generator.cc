// Generators of random numbers: the default one of each device, which all threads share, and those
// that a user makes.
#include "tensor/generator.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/core/Generator.h>
#include <c10/core/Device.h>

#include <mutex>
#include <string>

#include "napi/call.h"

namespace node_libtorch {
namespace {

at::Generator& generator_of(const Call& call) { return call.handle<at::Generator>(0, "generator"); }

/// Runs `body` with the generator's lock, which operators on other threads take too. Node-API must
/// stay outside: it may run finalizers.
template <class F>
auto locked(at::Generator& generator, F&& body) {
  std::lock_guard lock(generator.mutex());
  return body(generator);
}

napi_value generator_value(const Call& call, at::Generator generator) {
  return make_handle(call.env(), *call.addon().ledger, std::move(generator));
}

napi_value bigint_value(const Call& call, uint64_t value) {
  napi_value result;
  napi_create_bigint_uint64(call.env(), value, &result);
  return result;
}

uint64_t seed_argument(const Call& call, size_t i) {
  uint64_t seed = 0;
  bool lossless = false;
  if (napi_get_value_bigint_uint64(call.env(), call[i], &seed, &lossless) != napi_ok || !lossless) {
    call.refuse(i, "seed", "a bigint from 0 to 2^64 - 1");
  }
  return seed;
}

/// manualSeed(seed): of the default generators of all devices.
napi_value manual_seed(Call& call) {
  at::manual_seed(seed_argument(call, 0));
  return call.undefined();
}

/// defaultGenerator(device) → handle of the generator that operators on the device draw from
napi_value default_generator(Call& call) {
  const c10::Device device(call.string(0, "device"));
  return generator_value(call, at::globalContext().defaultGenerator(device));
}

/// createGenerator(device) → handle of a new one, with libtorch's default seed
napi_value create_generator(Call& call) {
  const c10::Device device(call.string(0, "device"));
  if (device.is_cpu()) return generator_value(call, at::detail::createCPUGenerator());
  at::Context& context = at::globalContext();
  const auto& hooks = context.getAcceleratorHooksInterface(device.type());
  context.lazyInitDevice(device.type());
  return generator_value(call, hooks.getNewGenerator(device.index()));
}

napi_value clone_generator(Call& call) {
  at::Generator copy =
      locked(generator_of(call), [](at::Generator& generator) { return generator.clone(); });
  return generator_value(call, std::move(copy));
}

napi_value generator_device(Call& call) {
  return call.string_value(generator_of(call).device().str());
}

/// seedGenerator(generator, seed)
napi_value seed_generator(Call& call) {
  const uint64_t seed = seed_argument(call, 1);
  locked(generator_of(call), [&](at::Generator& generator) { generator.set_current_seed(seed); });
  return call.undefined();
}

/// reseedGenerator(generator) → the seed that the operating system's randomness gave
napi_value reseed_generator(Call& call) {
  return bigint_value(
      call, locked(generator_of(call), [](at::Generator& generator) { return generator.seed(); }));
}

napi_value initial_seed(Call& call) {
  return bigint_value(call, locked(generator_of(call), [](at::Generator& generator) {
                        return generator.current_seed();
                      }));
}

/// generatorState(generator) → uint8 tensor
napi_value generator_state(Call& call) {
  return call.tensor_value(
      locked(generator_of(call), [](at::Generator& generator) { return generator.get_state(); }));
}

/// setGeneratorState(generator, state)
napi_value set_generator_state(Call& call) {
  const at::Tensor& state = call.tensor(1, "state");
  locked(generator_of(call), [&](at::Generator& generator) { generator.set_state(state); });
  return call.undefined();
}

constexpr Export kExports[] = {
    {"manualSeed", manual_seed},           {"defaultGenerator", default_generator},
    {"createGenerator", create_generator}, {"cloneGenerator", clone_generator},
    {"generatorDevice", generator_device}, {"seedGenerator", seed_generator},
    {"reseedGenerator", reseed_generator}, {"initialSeed", initial_seed},
    {"generatorState", generator_state},   {"setGeneratorState", set_generator_state},
};

}  // namespace

void export_generator(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
