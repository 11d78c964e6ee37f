// What the processor can do.

#pragma once

#include <cstdlib>
#include <string_view>

namespace node_libtorch::image {

/// Whether the functions of *_avx2.cc may be called. They compute what the scalar ones do;
/// ATEN_CPU_CAPABILITY=default, which turns libtorch's own off, leaves them out.
inline bool runs_avx2() {
#if defined(__x86_64__)
  const char* wanted = std::getenv("ATEN_CPU_CAPABILITY");
  const bool refused = wanted != nullptr && std::string_view(wanted) == "default";
  return !refused && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

}  // namespace node_libtorch::image
