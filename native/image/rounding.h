// How Python rounds, and where torch's binaries do, in loops that the compiler has vectorized in
// part.

#pragma once

#include <cmath>

namespace node_libtorch::image {

/// To the nearest integer, halves to the even one, as Python rounds.
inline int rounded(double value) { return static_cast<int>(std::nearbyint(value)); }

/// Of `count` steps that multiply and add, the first one and those from this one on are fused.
/// Those between them, by fours, round each product before it is added.
inline int fused_from(int count) { return 1 + (count - 1) / 4 * 4; }

}  // namespace node_libtorch::image
