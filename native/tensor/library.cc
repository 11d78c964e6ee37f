// Libraries of custom operators, which register themselves with the dispatcher as they are opened.
#include "tensor/library.h"

#include <dlfcn.h>

#include <climits>
#include <string>

#include "napi/call.h"
#include "tensor/libtorch.h"

namespace node_libtorch {
namespace {

/// loadLibrary(path): opens it for the rest of the process; twice is harmless.
napi_value load_library(Call& call) {
  const std::string path = call.string(0, "path");
  // dlopen copies the path to the stack.
  if (path.size() >= PATH_MAX || path.find('\0') != std::string::npos) {
    call.refuse(0, "path", "the path of a library");
  }
  // Now, not lazily: a function that this libtorch lacks is an error here, not the end of the
  // process at the first call.
  if (dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL) != nullptr) return call.undefined();
  const char* reason = dlerror();
  TORCH_CHECK(false, call.name(), ": ", reason == nullptr ? path + " does not load" : reason,
              " (libtorch ", libtorch_version(), ")");
}

constexpr Export kExports[] = {{"loadLibrary", load_library}};

}  // namespace

void export_library(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
