#pragma once

#include <cstddef>
#include <cstdint>

namespace node_libtorch {

/// CRC-32 of zip, PNG and Ethernet (polynomial 0xedb88320, reflected). `crc` is the result for the
/// bytes before, 0 for none.
uint32_t crc32(uint32_t crc, const void* data, size_t length);

}  // namespace node_libtorch
