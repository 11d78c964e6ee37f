#include "image/random.h"

#include <cmath>

namespace node_libtorch::image {

std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter, uint64_t key) {
  constexpr uint64_t kMultiplier0 = 0xd2511f53;
  constexpr uint64_t kMultiplier1 = 0xcd9e8d57;
  constexpr uint32_t kWeyl0 = 0x9e3779b9;
  constexpr uint32_t kWeyl1 = 0xbb67ae85;
  auto k0 = static_cast<uint32_t>(key);
  auto k1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; round++) {
    const uint64_t product0 = kMultiplier0 * counter[0];
    const uint64_t product1 = kMultiplier1 * counter[2];
    counter = {
        static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ k0, static_cast<uint32_t>(product1),
        static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ k1, static_cast<uint32_t>(product0)};
    k0 += kWeyl0;
    k1 += kWeyl1;
  }
  return counter;
}

uint32_t KeyedRandom::uint32() {
  const uint32_t within = position_ % 4;
  if (within == 0)
    block_ = philox4x32({position_ / 4, operation_, key_.index, key_.epoch}, key_.seed);
  position_++;
  return block_[within];
}

double KeyedRandom::uniform(double low, double high) {
  const double upper = uint32() >> 5;
  const double lower = uint32() >> 6;
  const double unit = (upper * 0x4000000 + lower) / 0x20000000000000;
  return low + unit * (high - low);
}

double KeyedRandom::log_uniform(double low, double high) {
  return std::exp(uniform(std::log(low), std::log(high)));
}

int KeyedRandom::integer(int end) { return static_cast<int>(std::floor(uniform(0, end))); }

}  // namespace node_libtorch::image
