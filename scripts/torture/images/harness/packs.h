// Damage to packs, also such as no checksum shows.

#pragma once

#include <string>

#include "corpus.h"
#include "image/tiler.h"
#include "random.h"

namespace torture {

/// Writes a pack of one picture to `path`, in which something is wrong; the checksums mostly fit.
void write_damaged_pack(const std::string& path, const node_libtorch::image::TiledFile& picture,
                        Random& random);

}  // namespace torture
