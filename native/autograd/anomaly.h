// Anomaly detection: each node of the graph keeps the JS stack of the call that recorded it, for
// the error of a backward that fails in it.
#pragma once

#include <torch/csrc/autograd/anomaly_mode.h>

#include <memory>
#include <utility>

namespace node_libtorch {

/// Turns detection on or off for this thread. libtorch's switch is one for the process: it is on
/// while any thread wants it.
void set_anomaly(bool enabled, bool check_nan);

/// Whether detection is on for this thread, and whether it looks for NaN.
std::pair<bool, bool> anomaly_state();

/// What the engine attaches to each node while detection is on.
std::unique_ptr<torch::autograd::AnomalyMetadata> make_trace();

/// Forgets what the last failing backward of this thread has left.
void clear_anomaly_report();

}  // namespace node_libtorch
