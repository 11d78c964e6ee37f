// Random numbers that a seed repeats.

#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace torture {

/// SplitMix64.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15 + 1) {}

  uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
  }
  /// In [0, end).
  size_t below(size_t end) { return end == 0 ? 0 : next() % end; }
  /// In [low, high].
  int between(int low, int high) {
    return low + static_cast<int>(below(static_cast<size_t>(high - low) + 1));
  }
  bool one_in(size_t count) { return below(count) == 0; }
  uint8_t byte() { return static_cast<uint8_t>(next()); }
  double unit() { return static_cast<double>(next() >> 11) / (uint64_t{1} << 53); }
  template <class T>
  T pick(std::initializer_list<T> values) {
    return values.begin()[below(values.size())];
  }

 private:
  uint64_t state_;
};

}  // namespace torture
