// The boxes that random transforms draw.

#pragma once

#include <optional>

#include "image/picture.h"
#include "image/random.h"

namespace node_libtorch::image {

/// The least and the most of what is drawn.
struct Range {
  double low;
  double high;
};

/// torchvision's RandomResizedCrop: ten times an area and a ratio, until the box fits; else the
/// largest in the middle.
/// @param ratio - width over height
Box random_box(int width, int height, const Range& scale, const Range& ratio, KeyedRandom& random);

/// torchvision's RandomErasing: ten times an area and a ratio, until the box is smaller than the
/// picture; else nothing. It may be empty.
/// @param ratio - height over width
std::optional<Box> random_erased_box(int width, int height, const Range& scale, const Range& ratio,
                                     KeyedRandom& random);

}  // namespace node_libtorch::image
