// Samples from files and from memory.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "image/jpeg.h"
#include "image/source.h"

namespace node_libtorch::image {

/// A JPEG picture in memory, which must outlive it.
class JpegSource : public Source {
 public:
  JpegSource(JpegDecoder& decoder, std::span<const uint8_t> bytes, const Limits& limits);
  int width() const override { return header_.width; }
  int height() const override { return header_.height; }
  View read(const Box& box, Pixels& memory) override;
  bool shrinks() const override { return true; }
  View read_shrunk(const Box& box, int by, Pixels& memory) override;

 private:
  JpegDecoder& decoder_;
  JpegHeader header_;
};

/// Decoded pixels: red, green and blue bytes without gaps.
class RgbSource : public Source {
 public:
  RgbSource(std::span<const uint8_t> rgb, int width, int height)
      : rgb_(rgb), width_(width), height_(height) {}
  int width() const override { return width_; }
  int height() const override { return height_; }
  View read(const Box& box, Pixels& memory) override;

 private:
  std::span<const uint8_t> rgb_;
  int width_;
  int height_;
};

/// A JPEG file in memory, as it is to be seen.
std::unique_ptr<Source> open_jpeg(JpegDecoder& decoder, std::span<const uint8_t> bytes,
                                  const Limits& limits);

/// A file, decoded if it is a JPEG by its content.
class FileOrigin : public Origin {
 public:
  explicit FileOrigin(std::string path) : path_(std::move(path)) {}
  std::unique_ptr<Source> open(Workspace& workspace, const Limits& limits) const override;

 private:
  std::string path_;
};

/// A picture that was decoded elsewhere.
class RgbOrigin : public Origin {
 public:
  RgbOrigin(std::span<const uint8_t> rgb, int width, int height)
      : rgb_(rgb), width_(width), height_(height) {}
  std::unique_ptr<Source> open(Workspace& workspace, const Limits& limits) const override;

 private:
  std::span<const uint8_t> rgb_;
  int width_;
  int height_;
};

/// The bytes of a file.
/// @throws PictureError when it cannot be read or is too large
void read_file(const std::string& path, const Limits& limits, std::vector<uint8_t>& bytes);

}  // namespace node_libtorch::image
