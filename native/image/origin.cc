#include "image/origin.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "image/exif.h"
#include "image/workspace.h"

namespace node_libtorch::image {

namespace {

/// An open file, closed at the end of the scope.
class File {
 public:
  /// Without waiting for a writer, if it is a pipe.
  explicit File(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (descriptor_ < 0) fail();
  }
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void read_all(std::vector<uint8_t>& bytes, int64_t most) const {
    struct stat info;
    if (::fstat(descriptor_, &info) != 0) fail();
    if (!S_ISREG(info.st_mode)) throw PictureError("it is no file");
    if (info.st_size > most) {
      throw PictureError("it has more than " + std::to_string(most) + " bytes (option maxBytes)");
    }
    bytes.resize(static_cast<size_t>(info.st_size));
    size_t got = 0;
    while (got < bytes.size()) {
      const ssize_t count = ::read(descriptor_, bytes.data() + got, bytes.size() - got);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) fail();
      if (count == 0) break;
      got += static_cast<size_t>(count);
    }
    // It may have been cut while it was read.
    bytes.resize(got);
  }

 private:
  [[noreturn]] static void fail() {
    if (errno == ENOENT) throw PictureError("there is no such file");
    throw PictureError("it could not be read (" +
                       std::error_code(errno, std::generic_category()).message() + ")");
  }

  int descriptor_;
};

}  // namespace

void check_size(int width, int height, const Limits& limits) {
  if (static_cast<int64_t>(width) * height <= limits.max_pixels) return;
  throw PictureError("it has more than " + std::to_string(limits.max_pixels) +
                     " pixels (option maxPixels)");
}

void read_file(const std::string& path, const Limits& limits, std::vector<uint8_t>& bytes) {
  File(path).read_all(bytes, limits.max_bytes);
}

JpegSource::JpegSource(JpegDecoder& decoder, std::span<const uint8_t> bytes, const Limits& limits)
    : decoder_(decoder), header_(decoder.open(bytes)) {
  check_size(width(), height(), limits);
}

View JpegSource::read(const Box& box, Pixels& memory) {
  decoder_.read(box, memory);
  return view_of(memory, {0, 0, box.width, box.height});
}

View JpegSource::read_shrunk(const Box& box, int by, Pixels& memory) {
  decoder_.read(box, memory, by);
  return view_of(memory, {0, 0, box.width, box.height});
}

std::unique_ptr<Source> open_jpeg(JpegDecoder& decoder, std::span<const uint8_t> bytes,
                                  const Limits& limits) {
  return oriented(std::make_unique<JpegSource>(decoder, bytes, limits),
                  limits.exif ? exif_orientation(bytes) : 1);
}

View RgbSource::read(const Box& box, Pixels& memory) {
  constexpr size_t kChannels = 3;
  memory.reshape(box.width, box.height);
  for (int y = 0; y < box.height; y++) {
    const size_t first = static_cast<size_t>(box.top + y) * width_ + box.left;
    const uint8_t* from = rgb_.data() + first * kChannels;
    uint8_t* to = memory.row(y);
    for (int x = 0; x < box.width; x++, from += kChannels, to += kPixel) {
      std::memcpy(to, from, kChannels);
      to[kChannels] = 0;
    }
  }
  return view_of(memory, {0, 0, box.width, box.height});
}

std::unique_ptr<Source> FileOrigin::open(Workspace& workspace, const Limits& limits) const {
  {
    const InStage stage(workspace.watch, Stage::kRead);
    read_file(path_, limits, workspace.file);
  }
  if (!decodes_jpeg() || !is_jpeg(workspace.file)) return nullptr;
  return open_jpeg(workspace.jpeg, workspace.file, limits);
}

std::unique_ptr<Source> RgbOrigin::open(Workspace&, const Limits& limits) const {
  check_size(width_, height_, limits);
  return std::make_unique<RgbSource>(rgb_, width_, height_);
}

}  // namespace node_libtorch::image
