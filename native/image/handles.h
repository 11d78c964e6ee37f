// The handles of packs and of caches of pictures.

#pragma once

#include <memory>

#include "napi/handle.h"

namespace node_libtorch {

namespace image {

class Pack;
class RawCache;
using PackPtr = std::shared_ptr<const Pack>;
using RawCachePtr = std::shared_ptr<RawCache>;

}  // namespace image

template <>
struct HandleType<image::PackPtr> {
  static constexpr const char* name = "a pack";
  static constexpr napi_type_tag tag = handle_tag(0xb1);
};
template <>
struct HandleType<image::RawCachePtr> {
  static constexpr const char* name = "a cache of pictures";
  static constexpr napi_type_tag tag = handle_tag(0xb2);
};

}  // namespace node_libtorch
