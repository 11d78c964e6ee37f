#include "autograd/autocast.h"

#include <ATen/autocast_mode.h>

#include <algorithm>

#include "autograd/autograd.h"
#include "napi/call.h"

namespace node_libtorch {

AutocastState AutocastState::of_thread() {
  AutocastState state;
  for (const auto type : at::autocast::_AUTOCAST_SUPPORTED_DEVICES) {
    state.devices.push_back(
        {type, at::autocast::is_autocast_enabled(type), at::autocast::get_autocast_dtype(type)});
  }
  state.cache_enabled = at::autocast::is_autocast_cache_enabled();
  return state;
}

void AutocastState::apply() const {
  for (const auto& [type, enabled, dtype] : devices) {
    at::autocast::set_autocast_enabled(type, enabled);
    at::autocast::set_autocast_dtype(type, dtype);
  }
  at::autocast::set_autocast_cache_enabled(cache_enabled);
}

AutocastGuard::AutocastGuard(const AutocastState& state) : before_(AutocastState::of_thread()) {
  state.apply();
  at::autocast::set_autocast_cache_enabled(false);
}

AutocastGuard::~AutocastGuard() { before_.apply(); }

namespace {

bool is_available(at::DeviceType type) {
  const auto& all = at::autocast::_AUTOCAST_SUPPORTED_DEVICES;
  return std::find(all.begin(), all.end(), type) != all.end();
}

at::DeviceType any_device(const Call& call) {
  return c10::Device(call.string(0, "deviceType")).type();
}

/// A kind of device that autocast knows: libtorch throws no c10::Error for others.
at::DeviceType device_type(const Call& call) {
  const at::DeviceType type = any_device(call);
  if (!is_available(type)) call.refuse(0, "deviceType", "a device type that has autocast");
  return type;
}

/// autocastAvailable(deviceType)
napi_value autocast_available(Call& call) {
  return call.boolean_value(is_available(any_device(call)));
}

/// autocastEnabled(deviceType)
napi_value autocast_enabled(Call& call) {
  return call.boolean_value(at::autocast::is_autocast_enabled(device_type(call)));
}

/// autocastDtype(deviceType) → the number of a dtype
napi_value autocast_dtype(Call& call) {
  return call.number_value(static_cast<int>(at::autocast::get_autocast_dtype(device_type(call))));
}

/// setAutocast(deviceType, enabled, dtype)
napi_value set_autocast(Call& call) {
  const at::DeviceType type = device_type(call);
  const bool enabled = call.boolean(1, "enabled");
  const int64_t dtype = call.integer(2, "dtype");
  if (dtype < 0 || dtype >= static_cast<int64_t>(at::ScalarType::NumOptions)) {
    call.refuse(2, "dtype", "the number of a dtype");
  }
  at::autocast::set_autocast_enabled(type, enabled);
  at::autocast::set_autocast_dtype(type, static_cast<at::ScalarType>(dtype));
  return call.undefined();
}

/// autocastCacheEnabled()
napi_value autocast_cache_enabled(Call& call) {
  return call.boolean_value(at::autocast::is_autocast_cache_enabled());
}

/// setAutocastCacheEnabled(enabled)
napi_value set_autocast_cache_enabled(Call& call) {
  at::autocast::set_autocast_cache_enabled(call.boolean(0, "enabled"));
  return call.undefined();
}

/// clearAutocastCache()
napi_value clear_autocast_cache(Call& call) {
  at::autocast::clear_cache();
  return call.undefined();
}

constexpr Export kExports[] = {
    {"autocastAvailable", autocast_available},
    {"autocastEnabled", autocast_enabled},
    {"autocastDtype", autocast_dtype},
    {"setAutocast", set_autocast},
    {"autocastCacheEnabled", autocast_cache_enabled},
    {"setAutocastCacheEnabled", set_autocast_cache_enabled},
    {"clearAutocastCache", clear_autocast_cache},
};

}  // namespace

void export_autocast(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
