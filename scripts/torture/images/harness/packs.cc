#include "packs.h"

#include <cstddef>
#include <cstring>
#include <fstream>
#include <vector>

#include "checkpoint/crc32.h"
#include "image/pack_format.h"

namespace torture {

namespace {

using namespace node_libtorch::image::pack_format;

/// The bytes of an object or a list, to be damaged and written.
template <class T>
Bytes bytes_of(const T& value) {
  Bytes bytes(sizeof(T));
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

void append(Bytes& to, const Bytes& from) { to.insert(to.end(), from.begin(), from.end()); }

/// Sets a piece of two, four or eight bytes to a number at which readers go wrong.
void damage(Bytes& bytes, Random& random) {
  const size_t width = random.pick<size_t>({1, 2, 4, 8});
  if (bytes.size() < width) return;
  const size_t at = random.below(bytes.size() / width) * width;
  const uint64_t value = random.pick<uint64_t>({0,
                                                1,
                                                7,
                                                8,
                                                63,
                                                64,
                                                0x7f,
                                                0x80,
                                                0xff,
                                                0x7fff,
                                                0x8000,
                                                0xffff,
                                                0x7fffffff,
                                                0x80000000,
                                                0xffffffff,
                                                uint64_t{1} << 63,
                                                ~uint64_t{0},
                                                ~uint64_t{63},
                                                random.next(),
                                                random.below(4096)});
  std::memcpy(bytes.data() + at, &value, width);
}

Entry entry_of(const node_libtorch::image::TiledFile& picture) {
  Entry entry{};
  entry.offset = kAlignment;
  entry.length = picture.bytes.size();
  entry.name_length = 1;
  entry.width = static_cast<uint16_t>(picture.tiling.width);
  entry.height = static_cast<uint16_t>(picture.tiling.height);
  entry.mcu_width = static_cast<uint8_t>(picture.tiling.mcu_width);
  entry.mcu_height = static_cast<uint8_t>(picture.tiling.mcu_height);
  entry.restart = static_cast<uint16_t>(picture.tiling.restart);
  entry.header_length = static_cast<uint16_t>(picture.tiling.header_length);
  entry.frame_header = static_cast<uint16_t>(picture.tiling.frame_header);
  return entry;
}

}  // namespace

void write_damaged_pack(const std::string& path, const node_libtorch::image::TiledFile& picture,
                        Random& random) {
  // What is damaged, and whether the checksums are made before or after it.
  const size_t where = random.below(6);
  const bool sums_fit = !random.one_in(8);
  const auto sum_of = [](uint32_t sum, const Bytes& bytes) {
    return node_libtorch::crc32c(sum, bytes.data(), bytes.size());
  };

  Bytes record(picture.offsets.size() * sizeof(uint32_t));
  std::memcpy(record.data(), picture.offsets.data(), record.size());
  if (where == 0 && sums_fit) damage(record, random);
  append(record, picture.bytes);
  if (where == 1 && sums_fit) damage(record, random);
  Entry described = entry_of(picture);
  described.checksum = sum_of(0, record);
  if (where <= 1 && !sums_fit) damage(record, random);

  Bytes entry = bytes_of(described);
  if (where == 2 && sums_fit) damage(entry, random);
  Bytes named = bytes_of(Class{1, 1});
  if (where == 3 && sums_fit) damage(named, random);
  const Bytes strings{'a', 'b'};
  const uint32_t tables = sum_of(sum_of(sum_of(0, entry), named), strings);
  if (where == 2 && !sums_fit) damage(entry, random);

  Bytes pack = bytes_of(Header{kMagic, kVersion, 0});
  if (where == 5) damage(pack, random);
  pack.resize(kAlignment);
  append(pack, record);
  pack.resize((pack.size() + kAlignment - 1) / kAlignment * kAlignment);
  Trailer last{};
  last.entries = 1;
  last.classes = 1;
  last.index = pack.size();
  append(pack, entry);
  last.class_table = pack.size();
  append(pack, named);
  last.strings = pack.size();
  last.strings_length = strings.size();
  append(pack, strings);
  last.file_length = pack.size() + sizeof(Trailer);
  last.tables_checksum = tables;
  last.version = kVersion;
  last.magic = kMagic;
  Bytes trailer = bytes_of(last);
  if (where == 4 && sums_fit) damage(trailer, random);
  const uint32_t sum = node_libtorch::crc32c(0, trailer.data(), offsetof(Trailer, checksum));
  std::memcpy(trailer.data() + offsetof(Trailer, checksum), &sum, sizeof(sum));
  if (where == 4 && !sums_fit) damage(trailer, random);
  append(pack, trailer);
  if (random.one_in(16)) pack.resize(random.below(pack.size() + 1));
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(pack.data()), static_cast<std::streamsize>(pack.size()));
}

}  // namespace torture
