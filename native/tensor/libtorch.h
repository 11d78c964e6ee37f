// The libtorch that is loaded.
#pragma once

#include <filesystem>
#include <string>

namespace node_libtorch {

/// Where libtorch_cpu lies.
std::filesystem::path libtorch_folder();
/// Its version, `2.13.0`.
std::string libtorch_version();

}  // namespace node_libtorch
