// The bytes of a pack; docs/pack.md describes them, lib/vision/pack/format.ts writes them. All
// numbers are little-endian.

#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace node_libtorch::image::pack_format {

static_assert(std::endian::native == std::endian::little, "a pack is read as it lies in memory");

/// A byte that no text has, a name, and ends of line of both kinds, which a careless copy changes.
inline constexpr std::array<uint8_t, 8> kMagic{0x89, 'N', 'L', 'P', '\r', '\n', 0x1a, '\n'};
inline constexpr uint32_t kVersion = 1;
/// Records begin at multiples of this.
inline constexpr size_t kAlignment = 64;

/// The first bytes of a pack.
struct Header {
  std::array<uint8_t, 8> magic;
  uint32_t version;
  uint32_t reserved;
};
static_assert(sizeof(Header) == 16);

/// One picture.
struct Entry {
  /// Where its record is: the offsets of its tiles, if it has any, and its file.
  uint64_t offset;
  /// Bytes of the file.
  uint64_t length;
  /// Where in the strings its name is: the path in the packed folder, with slashes.
  uint64_t name;
  uint32_t name_length;
  uint32_t class_index;
  /// CRC-32C of the record.
  uint32_t checksum;
  /// Of a tiled JPEG, see Tiling; zeros for a file as it was.
  uint16_t width;
  uint16_t height;
  uint8_t mcu_width;
  uint8_t mcu_height;
  uint16_t restart;
  uint16_t header_length;
  uint16_t frame_header;
};
static_assert(sizeof(Entry) == 48);

/// One class: where in the strings its name is.
struct Class {
  uint64_t name;
  uint64_t name_length;
};
static_assert(sizeof(Class) == 16);

/// The last bytes of a pack: where its tables are.
struct Trailer {
  uint64_t file_length;
  uint64_t entries;
  uint64_t classes;
  /// Where the tables begin: that of the entries, that of the classes, and the names.
  uint64_t index;
  uint64_t class_table;
  uint64_t strings;
  uint64_t strings_length;
  /// CRC-32C of the three tables, one behind the other.
  uint32_t tables_checksum;
  uint32_t version;
  uint32_t reserved;
  /// CRC-32C of the trailer up to here.
  uint32_t checksum;
  std::array<uint8_t, 8> magic;
};
static_assert(sizeof(Trailer) == 80);

}  // namespace node_libtorch::image::pack_format
