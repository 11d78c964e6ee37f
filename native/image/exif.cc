#include "image/exif.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace node_libtorch::image {

namespace {

constexpr int kUpright = 1;

/// Numbers of a TIFF file, in its order of bytes. Positions outside give zeros, which mean nothing.
class Tiff {
 public:
  explicit Tiff(std::span<const uint8_t> bytes) : bytes_(bytes) {
    little_ = at(0) == 'I' && at(1) == 'I';
  }
  bool valid() const { return (little_ || (at(0) == 'M' && at(1) == 'M')) && two(2) == 42; }
  uint32_t two(size_t i) const { return little_ ? at(i) | at(i + 1) << 8 : at(i) << 8 | at(i + 1); }
  uint32_t four(size_t i) const {
    return little_ ? two(i) | two(i + 2) << 16 : two(i) << 16 | two(i + 2);
  }

 private:
  uint32_t at(size_t i) const { return i < bytes_.size() ? bytes_[i] : 0; }

  std::span<const uint8_t> bytes_;
  bool little_;
};

std::optional<int> orientation_of(std::span<const uint8_t> exif) {
  constexpr uint32_t kOrientation = 0x0112;
  constexpr uint32_t kShort = 3;
  constexpr size_t kEntry = 12;
  const Tiff tiff(exif);
  if (!tiff.valid()) return std::nullopt;
  const size_t directory = tiff.four(4);
  const size_t entries = tiff.two(directory);
  for (size_t i = 0; i < entries; i++) {
    const size_t entry = directory + 2 + i * kEntry;
    if (tiff.two(entry) != kOrientation || tiff.two(entry + 2) != kShort) continue;
    const uint32_t value = tiff.two(entry + 8);
    if (value >= 1 && value <= 8) return static_cast<int>(value);
  }
  return std::nullopt;
}

}  // namespace

int exif_orientation(std::span<const uint8_t> jpeg) {
  constexpr std::string_view kName{"Exif\0\0", 6};
  constexpr uint8_t kApp1 = 0xe1;
  constexpr uint8_t kStartOfScan = 0xda;
  constexpr size_t kStart = 2;
  // Each segment: 0xff, its kind, the length of what follows with the length itself.
  for (size_t i = kStart; i + 4 <= jpeg.size() && jpeg[i] == 0xff;) {
    const uint8_t kind = jpeg[i + 1];
    if (kind == 0xff) {  // fill
      i++;
      continue;
    }
    if (kind == kStartOfScan) break;
    const size_t length = jpeg[i + 2] << 8 | jpeg[i + 3];
    if (length < 2 || length > jpeg.size() - i - 2) break;
    const auto body = jpeg.subspan(i + 4, length - 2);
    if (kind == kApp1 && body.size() > kName.size() &&
        std::equal(kName.begin(), kName.end(), body.begin())) {
      if (const auto found = orientation_of(body.subspan(kName.size()))) return *found;
    }
    i += 2 + length;
  }
  return kUpright;
}

}  // namespace node_libtorch::image
