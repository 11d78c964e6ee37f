// What the processor can do.

#pragma once

namespace node_libtorch::image {

/// Whether the functions of *_avx2.cc may be called.
inline bool runs_avx2() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

}  // namespace node_libtorch::image
