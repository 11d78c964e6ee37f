// Where torch's binaries round, in loops that the compiler has vectorized in part.

#pragma once

namespace node_libtorch::image {

/// Of `count` steps that multiply and add, the first one and those from this one on are fused.
/// Those between them, by fours, round each product before it is added.
inline int fused_from(int count) { return 1 + (count - 1) / 4 * 4; }

}  // namespace node_libtorch::image
