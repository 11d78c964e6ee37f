#include "napi/addon.h"

#include "napi/call.h"
#include "tensor/operator.h"

namespace node_libtorch {

Addon::Addon(napi_env node_env) : env(node_env), ledger(Ledger::open()) {
  frame_storage.resize(kFrameLength + kReplyLength);
  frame = frame_storage.data();
  set_current_ledger(ledger);
}

Addon::~Addon() {
  releases->close();
  if (&current_ledger() == ledger) set_current_ledger(nullptr);
  ledger->close();
}

}  // namespace node_libtorch
