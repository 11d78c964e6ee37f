// torch.vmap: functorch's interpreter that maps operators over a batch, one level for each call.
#include "tensor/vmap.h"

#include <ATen/ATen.h>
#include <ATen/WrapDimUtils.h>
#include <ATen/functorch/BatchedTensorImpl.h>
#include <ATen/functorch/DynamicLayer.h>

#include <string>
#include <vector>

#include "napi/call.h"

namespace node_libtorch {
namespace {

namespace functorch = at::functorch;

/// beginVmap(batchSize, randomness): the new level, which addBatchDim takes.
napi_value begin_vmap(Call& call) {
  const int64_t batch_size = call.integer(0, "batchSize");
  const int64_t randomness = call.integer(1, "randomness");
  if (batch_size < 0) call.refuse(0, "batchSize", "a natural number");
  if (randomness < 0 || randomness >= static_cast<int64_t>(functorch::RandomnessType::END)) {
    call.refuse(1, "randomness", "0, 1 or 2");
  }
  // Each level is one more recursion of libtorch in every operator: too many overflow the stack.
  if (functorch::getDynamicLayerStack().size() >= functorch::kVmapNumLevels) {
    throw ArgumentRangeError("vmap: expected at most " + std::to_string(functorch::kVmapNumLevels) +
                             " levels inside each other");
  }
  const int64_t level =
      functorch::initAndPushDynamicLayer(functorch::TransformType::Vmap, c10::SymInt(batch_size),
                                         static_cast<functorch::RandomnessType>(randomness));
  return call.number_value(static_cast<double>(level));
}

/// endVmap(): leaves the innermost level.
napi_value end_vmap(Call& call) {
  const auto& layers = functorch::getDynamicLayerStack();
  if (layers.empty() || layers.back().key() != functorch::TransformType::Vmap) {
    throw ArgumentError("endVmap: no level of vmap is open");
  }
  functorch::popDynamicLayerAndDeleteMetadata();
  return call.undefined();
}

/// addBatchDim(tensor, dim, level): the tensor without that dimension, which the level maps over.
napi_value add_batch_dim(Call& call) {
  const at::Tensor& tensor = call.tensor(0, "tensor");
  const int64_t dim = at::maybe_wrap_dim(call.integer(1, "dim"), tensor.dim());
  return call.tensor_value(functorch::addBatchDim(tensor, dim, call.integer(2, "level")));
}

/// removeBatchDim(tensor, level, batchSize, dim): the tensor with the mapped dimension at `dim`,
/// repeated where the tensor does not depend on the level.
napi_value remove_batch_dim(Call& call) {
  const at::Tensor& tensor = call.tensor(0, "tensor");
  const int64_t batch_size = call.integer(2, "batchSize");
  const int64_t dim = at::maybe_wrap_dim(call.integer(3, "dim"), tensor.dim() + 1);
  const auto* batched = functorch::maybeGetBatchedImpl(tensor);
  if (batched != nullptr && batched->level() == call.integer(1, "level")) {
    return call.tensor_value(batched->value().movedim(batched->bdim(), dim));
  }
  std::vector<int64_t> sizes = tensor.sizes().vec();
  sizes.insert(sizes.begin() + dim, batch_size);
  return call.tensor_value(tensor.unsqueeze(dim).expand(sizes));
}

constexpr Export kExports[] = {{"beginVmap", begin_vmap},
                               {"endVmap", end_vmap},
                               {"addBatchDim", add_batch_dim},
                               {"removeBatchDim", remove_batch_dim}};

}  // namespace

void export_vmap(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
