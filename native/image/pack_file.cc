#include "image/pack_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "checkpoint/crc32.h"

namespace node_libtorch::image {

namespace {

using namespace pack_format;

[[noreturn]] void fail_reading() {
  if (errno == ENOENT) throw PackError("there is no such file");
  throw PackError("it could not be read (" +
                  std::error_code(errno, std::generic_category()).message() + ")");
}

[[noreturn]] void fail_damaged(const char* what) {
  throw PackError("the pack is damaged (" + std::string(what) + ")");
}

/// The bytes of the offsets of tiles in front of a file.
size_t offsets_length(const Tiling& tiling) { return (tiling.count() + 1) * sizeof(uint32_t); }

Tiling tiling_of(const Entry& entry) {
  Tiling tiling;
  tiling.width = entry.width;
  tiling.height = entry.height;
  tiling.mcu_width = entry.mcu_width;
  tiling.mcu_height = entry.mcu_height;
  tiling.restart = entry.restart;
  tiling.header_length = entry.header_length;
  tiling.frame_header = entry.frame_header;
  return tiling;
}

}  // namespace

std::shared_ptr<const Pack> Pack::open(const std::string& path) {
  // Without waiting for a writer, where it is a pipe.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) fail_reading();
  struct stat info;
  void* start = MAP_FAILED;
  const bool known = ::fstat(file, &info) == 0;
  const bool regular = known && S_ISREG(info.st_mode);
  const bool enough =
      regular && static_cast<uint64_t>(info.st_size) >= kAlignment + sizeof(Trailer);
  if (enough) {
    start = ::mmap(nullptr, static_cast<size_t>(info.st_size), PROT_READ, MAP_SHARED, file, 0);
  }
  const int error = errno;
  ::close(file);
  errno = error;
  if (!known || (enough && start == MAP_FAILED)) fail_reading();
  if (!regular) throw PackError("it is no file");
  if (!enough) throw PackError("it is no pack, or a truncated one");
  // Not by make_shared, which the constructor is hidden from.
  const std::shared_ptr<Pack> pack(
      new Pack(static_cast<const uint8_t*>(start), static_cast<size_t>(info.st_size)));
  pack->read_tables();
  return pack;
}

Pack::~Pack() { ::munmap(const_cast<uint8_t*>(start_), length_); }

template <class T>
std::span<const T> Pack::table(uint64_t offset, uint64_t count, uint64_t end) const {
  if (offset % alignof(T) != 0 || offset > end || count > (end - offset) / sizeof(T)) {
    fail_damaged("a table leads out of the file");
  }
  return {reinterpret_cast<const T*>(start_ + offset), static_cast<size_t>(count)};
}

void Pack::read_tables() {
  Header header;
  std::memcpy(&header, start_, sizeof(header));
  if (header.magic != kMagic) throw PackError("it is no pack");
  if (header.version != kVersion) {
    throw PackError("it is a pack of version " + std::to_string(header.version) +
                    "; this version of node-libtorch reads " + std::to_string(kVersion));
  }
  if (header.reserved != 0) fail_damaged("in its header");

  Trailer trailer;
  const uint64_t end = length_ - sizeof(Trailer);
  std::memcpy(&trailer, start_ + end, sizeof(trailer));
  if (trailer.magic != kMagic) throw PackError("the pack is truncated");
  if (trailer.checksum != crc32c(0, &trailer, offsetof(Trailer, checksum)) ||
      trailer.version != kVersion || trailer.reserved != 0) {
    fail_damaged("in its trailer");
  }
  if (trailer.file_length != length_) throw PackError("the pack is truncated");

  entries_ = table<Entry>(trailer.index, trailer.entries, end);
  classes_ = table<Class>(trailer.class_table, trailer.classes, end);
  const auto strings = table<char>(trailer.strings, trailer.strings_length, end);
  strings_ = {strings.data(), strings.size()};
  uint32_t sum = crc32c(0, entries_.data(), entries_.size_bytes());
  sum = crc32c(sum, classes_.data(), classes_.size_bytes());
  if (crc32c(sum, strings_.data(), strings_.size()) != trailer.tables_checksum) {
    fail_damaged("in its tables");
  }
  for (const Class& named : classes_) {
    if (named.name > strings_.size() || named.name_length > strings_.size() - named.name) {
      fail_damaged("in the name of a class");
    }
  }
  for (const Entry& entry : entries_) {
    if (!holds(entry, trailer.index, strings_.size())) fail_damaged("in an entry");
  }
  checked_ = std::vector<std::atomic<bool>>(entries_.size());
}

bool Pack::holds(const Entry& entry, uint64_t records_end, size_t strings) const {
  if (entry.name > strings || entry.name_length > strings - entry.name ||
      entry.class_index >= classes_.size() || entry.offset % kAlignment != 0 ||
      entry.offset < kAlignment || entry.offset > records_end ||
      entry.length > records_end - entry.offset) {
    return false;
  }
  const Tiling tiling = tiling_of(entry);
  if (entry.restart == 0) return tiling.width == 0 && tiling.height == 0;
  return tiling.fits(entry.length) &&
         offsets_length(tiling) <= records_end - entry.offset - entry.length;
}

std::string_view Pack::class_name(size_t i) const {
  return strings_.substr(classes_[i].name, classes_[i].name_length);
}

std::string_view Pack::name(size_t i) const {
  return strings_.substr(entries_[i].name, entries_[i].name_length);
}

Pack::Record Pack::record(size_t i) const {
  const Entry& entry = entries_[i];
  const uint8_t* start = start_ + entry.offset;
  Record record;
  size_t front = 0;
  if (entry.restart != 0) {
    record.tiling = tiling_of(entry);
    front = offsets_length(*record.tiling);
    record.offsets = {reinterpret_cast<const uint32_t*>(start), front / sizeof(uint32_t)};
  }
  record.all = {start, front + static_cast<size_t>(entry.length)};
  record.file = record.all.subspan(front);
  if (!checked_[i].load(std::memory_order_relaxed)) {
    if (crc32c(0, record.all.data(), record.all.size()) != entry.checksum) {
      throw PictureError("it is damaged in the pack (its checksum differs)");
    }
    checked_[i].store(true, std::memory_order_relaxed);
  }
  return record;
}

}  // namespace node_libtorch::image
