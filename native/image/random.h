// Random numbers of one sample: the same as lib/data/random.ts draws for the same key.

#pragma once

#include <array>
#include <cstdint>

namespace node_libtorch::image {

/// What the random numbers of a sample depend on, and on nothing else: not on threads, nor on what
/// came before.
struct RandomKey {
  uint64_t seed;
  uint32_t epoch;
  uint32_t index;
};

/// Four 32-bit numbers from a 128-bit counter and a 64-bit key.
///
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter, uint64_t key);

/// The stream of one operation on one sample.
class KeyedRandom {
 public:
  KeyedRandom(const RandomKey& key, uint32_t operation) : key_(key), operation_(operation) {}

  uint32_t uint32();
  /// In [low, high).
  double uniform(double low, double high);
  /// In [low, high), with a uniform logarithm.
  double log_uniform(double low, double high);
  /// In [0, end).
  int integer(int end);

 private:
  RandomKey key_;
  uint32_t operation_;
  uint32_t position_ = 0;
  std::array<uint32_t, 4> block_{};
};

}  // namespace node_libtorch::image
