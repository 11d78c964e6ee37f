#include "image/pack_origin.h"

#include <string>

#include "image/exif.h"
#include "image/origin.h"
#include "image/workspace.h"

namespace node_libtorch::image {

std::unique_ptr<Source> PackOrigin::open(Workspace& workspace, const Limits& limits) const {
  const InStage stage(workspace.watch, Stage::kRead);
  const Pack::Record record = pack_->record(entry_);
  if (static_cast<int64_t>(record.file.size()) > limits.max_bytes) {
    throw PictureError("it has more than " + std::to_string(limits.max_bytes) +
                       " bytes (option maxBytes)");
  }
  if (!decodes_jpeg() || !is_jpeg(record.file)) return nullptr;
  if (!record.tiling) return open_jpeg(workspace.jpeg, record.file, limits);
  check_size(record.tiling->width, record.tiling->height, limits);
  auto source = std::make_unique<TiledSource>(workspace.jpeg, workspace.file, record.file,
                                              *record.tiling, record.offsets);
  return oriented(std::move(source), limits.exif ? exif_orientation(record.file) : 1);
}

}  // namespace node_libtorch::image
