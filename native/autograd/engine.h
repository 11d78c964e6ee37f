#pragma once

namespace node_libtorch {

/// Puts our engine in the place of libtorch's. Once per process, before the first backward.
void install_engine();

}  // namespace node_libtorch
