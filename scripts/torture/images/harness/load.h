// What the loader does with a picture.

#pragma once

#include "image/workspace.h"
#include "random.h"

namespace torture {

/// Opens a picture, changes it by a random program, and writes it as into a batch.
/// @returns whether it could be decoded
bool load(node_libtorch::image::Workspace& workspace, const node_libtorch::image::Origin& origin,
          Random& random);

}  // namespace torture
