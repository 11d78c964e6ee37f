// A file in memory.

#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>

#include "corpus.h"
#include "image/source.h"

namespace torture {

/// Bytes of exactly their size, so that a sanitizer sees what is read behind them.
struct File {
  explicit File(const Bytes& from) : size(from.size()), data(new uint8_t[from.size()]) {
    std::copy(from.begin(), from.end(), data.get());
  }
  std::span<const uint8_t> bytes() const { return {data.get(), size}; }

  size_t size;
  std::unique_ptr<uint8_t[]> data;
};

/// Small, so that files which lie about their size cost little.
inline constexpr node_libtorch::image::Limits kLimits{1 << 16, 1 << 20};

}  // namespace torture
