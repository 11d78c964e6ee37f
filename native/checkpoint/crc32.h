#pragma once

#include <cstddef>
#include <cstdint>

namespace node_libtorch {

/// CRC-32 of zip, PNG and Ethernet (polynomial 0xedb88320, reflected). `crc` is the result for the
/// bytes before, 0 for none.
uint32_t crc32(uint32_t crc, const void* data, size_t length);

/// CRC-32C of iSCSI and ext4 (polynomial 0x82f63b78, reflected), by the processor's instruction
/// where there is one. `crc` as above.
uint32_t crc32c(uint32_t crc, const void* data, size_t length);

}  // namespace node_libtorch
