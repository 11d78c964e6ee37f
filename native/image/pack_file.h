// Reading packs: many pictures in one file, which is mapped into memory.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "image/pack_format.h"
#include "image/tiles.h"

namespace node_libtorch::image {

/// Why a pack cannot be used, as a clause that follows the name of its file.
class PackError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An open pack. Everything that it says of itself has been checked to lie within the file; what is
/// in a record is checked by its checksum at the first use, and by what decodes it. Any thread may
/// read. A file that is cut short later kills the process at the next touch of what is gone
/// (SIGBUS); a pack is therefore replaced by renaming, never written over.
class Pack {
 public:
  /// @throws PackError
  static std::shared_ptr<const Pack> open(const std::string& path);
  ~Pack();
  Pack(const Pack&) = delete;
  Pack& operator=(const Pack&) = delete;

  struct Record {
    /// The offsets of tiles and the file, as the checksum counts them.
    std::span<const uint8_t> all;
    std::span<const uint8_t> file;
    /// Of a tiled JPEG.
    std::optional<Tiling> tiling;
    std::span<const uint32_t> offsets;
  };

  size_t size() const { return entries_.size(); }
  size_t classes() const { return classes_.size(); }
  std::string_view class_name(size_t i) const;
  std::string_view name(size_t i) const;
  uint32_t class_index(size_t i) const { return entries_[i].class_index; }
  /// @throws PictureError for a record that was damaged
  Record record(size_t i) const;

 private:
  Pack(const uint8_t* start, size_t length) : start_(start), length_(length) {}

  void read_tables();
  template <class T>
  std::span<const T> table(uint64_t offset, uint64_t count, uint64_t end) const;
  bool holds(const pack_format::Entry& entry, uint64_t records_end, size_t strings) const;

  const uint8_t* start_;
  size_t length_;
  std::span<const pack_format::Entry> entries_;
  std::span<const pack_format::Class> classes_;
  std::string_view strings_;
  /// Whether the checksum of a record was right.
  mutable std::vector<std::atomic<bool>> checked_;
};

using PackPtr = std::shared_ptr<const Pack>;

}  // namespace node_libtorch::image
