// The orientation that a camera has noted in a JPEG file.

#pragma once

#include <cstdint>
#include <span>

namespace node_libtorch::image {

/// The orientation in the Exif data of a JPEG file, 1 to 8 as in TIFF; 1, upright, where there is
/// none or it makes no sense.
int exif_orientation(std::span<const uint8_t> jpeg);

}  // namespace node_libtorch::image
