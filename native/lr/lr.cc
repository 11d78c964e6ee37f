// The C library's mathematics, for the schedulers of lib/lr, the random numbers of lib/data and the
// angles of lib/vision. V8 has one of its own, which differs from the C library's, and so from
// Python's, in the last bit.
#include "lr/lr.h"

#include <cmath>

#include "napi/call.h"

namespace node_libtorch {
namespace {

/// libmCos(x)
napi_value libm_cos(Call& call) { return call.number_value(std::cos(call.number(0, "x"))); }

/// libmExp(x)
napi_value libm_exp(Call& call) { return call.number_value(std::exp(call.number(0, "x"))); }

/// libmLog(x)
napi_value libm_log(Call& call) { return call.number_value(std::log(call.number(0, "x"))); }

/// libmPow(x, y)
napi_value libm_pow(Call& call) {
  return call.number_value(std::pow(call.number(0, "x"), call.number(1, "y")));
}

/// libmSin(x)
napi_value libm_sin(Call& call) { return call.number_value(std::sin(call.number(0, "x"))); }

/// libmTan(x)
napi_value libm_tan(Call& call) { return call.number_value(std::tan(call.number(0, "x"))); }

constexpr Export kExports[] = {
    {"libmCos", libm_cos}, {"libmExp", libm_exp}, {"libmLog", libm_log},
    {"libmPow", libm_pow}, {"libmSin", libm_sin}, {"libmTan", libm_tan},
};

}  // namespace

void export_lr(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
