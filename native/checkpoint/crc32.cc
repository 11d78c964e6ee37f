// CRC-32, sixteen bytes at a time.
//
// Source: M. E. Kounavis, F. L. Berry, "A systematic approach to building high performance
// software-based CRC generators" (ISCC 2005), known as slicing.
#include "checkpoint/crc32.h"

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace node_libtorch {
namespace {

constexpr size_t kSlices = 16;
using Tables = std::array<std::array<uint32_t, 256>, kSlices>;

/// tables[n][b]: what the byte b contributes when n more bytes follow it.
constexpr Tables make_tables(uint32_t polynomial) {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? polynomial : 0);
    tables[0][byte] = crc;
  }
  for (size_t slice = 1; slice < kSlices; ++slice) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t before = tables[slice - 1][byte];
      tables[slice][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

constexpr Tables kZip = make_tables(0xedb88320);
constexpr Tables kCastagnoli = make_tables(0x82f63b78);

uint32_t by_tables(const Tables& tables, uint32_t crc, const void* data, size_t length) {
  const auto* bytes = static_cast<const unsigned char*>(data);
  crc = ~crc;
  if constexpr (std::endian::native == std::endian::little) {
    for (; length >= kSlices; length -= kSlices, bytes += kSlices) {
      std::array<uint32_t, 4> words;
      std::memcpy(words.data(), bytes, kSlices);
      words[0] ^= crc;
      crc = 0;
      for (size_t word = 0; word < words.size(); ++word) {
        const size_t last = kSlices - 1 - 4 * word;
        crc ^= tables[last][words[word] & 0xff] ^ tables[last - 1][(words[word] >> 8) & 0xff] ^
               tables[last - 2][(words[word] >> 16) & 0xff] ^ tables[last - 3][words[word] >> 24];
      }
    }
  }
  for (; length > 0; --length, ++bytes) crc = (crc >> 8) ^ tables[0][(crc ^ *bytes) & 0xff];
  return ~crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t by_instruction(uint32_t crc, const void* data,
                                                          size_t length) {
  const auto* bytes = static_cast<const unsigned char*>(data);
  uint64_t sum = ~crc;
  for (; length >= sizeof(uint64_t); length -= sizeof(uint64_t), bytes += sizeof(uint64_t)) {
    uint64_t word;
    std::memcpy(&word, bytes, sizeof(word));
    sum = _mm_crc32_u64(sum, word);
  }
  for (; length > 0; --length, ++bytes) sum = _mm_crc32_u8(static_cast<uint32_t>(sum), *bytes);
  return ~static_cast<uint32_t>(sum);
}
#endif

}  // namespace

uint32_t crc32(uint32_t crc, const void* data, size_t length) {
  return by_tables(kZip, crc, data, length);
}

uint32_t crc32c(uint32_t crc, const void* data, size_t length) {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2");
  if (has_instruction) return by_instruction(crc, data, length);
#endif
  return by_tables(kCastagnoli, crc, data, length);
}

}  // namespace node_libtorch
