// The C library's mathematics, for the schedulers of lib/lr. V8 has one of its own, which differs
// from the C library's, and so from Python's, in the last bit.
#include "lr/lr.h"

#include <cmath>

#include "napi/call.h"

namespace node_libtorch {
namespace {

/// libmCos(x)
napi_value libm_cos(Call& call) { return call.number_value(std::cos(call.number(0, "x"))); }

/// libmLog(x)
napi_value libm_log(Call& call) { return call.number_value(std::log(call.number(0, "x"))); }

/// libmPow(x, y)
napi_value libm_pow(Call& call) {
  return call.number_value(std::pow(call.number(0, "x"), call.number(1, "y")));
}

constexpr Export kExports[] = {
    {"libmCos", libm_cos},
    {"libmLog", libm_log},
    {"libmPow", libm_pow},
};

}  // namespace

void export_lr(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
