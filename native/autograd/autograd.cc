// What autograd needs beyond operators.
#include "autograd/autograd.h"

#include <c10/core/AutogradState.h>

#include "autograd/engine.h"

namespace node_libtorch {

void export_autograd(Addon& addon, Napi::Object exports) {
  install_engine();
  // Backward then runs on the thread that asks for it, so that JS hooks and functions never do so
  // on another one. Thread-local: each worker sets it for itself.
  c10::AutogradState::get_tls_state().set_multithreading_enabled(false);
  export_gradients(addon, exports);
  export_modes(addon, exports);
  export_autocast(addon, exports);
  export_backward(addon, exports);
  export_hooks(addon, exports);
  export_saved_tensors(addon, exports);
  export_anomaly(addon, exports);
  export_function(addon, exports);
  export_graph(addon, exports);
}

}  // namespace node_libtorch
