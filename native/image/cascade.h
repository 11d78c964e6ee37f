// The order in which ATen adds the numbers of a row: a mean of float32 depends on it.
//
// Source: Higham, "The accuracy of floating point summation" (1993), as in ATen's SumKernel.cpp:
// numbers are taken eight at a time, in four sums of their own, and these are emptied into sums of
// higher levels from time to time.

#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>

namespace node_libtorch::image::cascade {

inline constexpr size_t kLanes = 8;
/// Sums side by side.
inline constexpr size_t kColumns = 4;
inline constexpr size_t kLevels = 4;

/// After how many rows of kColumns a level is emptied, as a power of two.
inline int power_of(size_t rows) {
  const int digits = rows <= 2 ? 1 : std::bit_width(rows - 1);
  return std::max(4, digits / static_cast<int>(kLevels));
}

/// The highest level that is emptied into the next one after `row` rows, a multiple of 2^power.
inline size_t highest_emptied(size_t row, int power) {
  size_t level = 0;
  while (level + 2 < kLevels && (row >> (power * (level + 1)) & ((size_t{1} << power) - 1)) == 0) {
    level++;
  }
  return level;
}

}  // namespace node_libtorch::image::cascade
