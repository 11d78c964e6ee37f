// x[...] as in Python: integers, slices, ellipsis, null, booleans, masks and index tensors.
#include <ATen/TensorIndexing.h>
#include <c10/util/SmallVector.h>

#include <cmath>

#include "napi/call.h"
#include "tensor/indexing.h"

namespace node_libtorch {
namespace {

using at::indexing::Slice;
using at::indexing::TensorIndex;

/// First word of each index in the frame; lib/torch/indexing.ts has the same numbers.
enum class IndexTag : int {
  kNone = 0,
  kEllipsis = 1,
  kInteger = 2,
  kBool = 3,
  kSlice = 4,
  kSlot = 5
};

constexpr size_t kMaxIndices = 1024;

[[noreturn]] void broken(const Call& call) {
  throw ArgumentError(std::string(call.name()) + ": the call frame is damaged");
}

int64_t integer(const Call& call, double value) {
  if (!(std::abs(value) <= 9007199254740992.0)) broken(call);
  return static_cast<int64_t>(value);
}

/// A bound of a slice; NaN stands for one that was left out.
std::optional<c10::SymInt> bound(const Call& call, double value) {
  if (std::isnan(value)) return std::nullopt;
  return c10::SymInt(integer(call, value));
}

/// Few enough in practice to need no memory of their own.
using Indices = c10::SmallVector<TensorIndex, 4>;

/// The indices in the frame; slot 0 is argument `first_slot`.
Indices read_indices(const Call& call, size_t first_slot) {
  const double* frame = call.addon().frame;
  const double count = frame[0];
  if (!(count >= 0 && count <= kMaxIndices)) broken(call);
  Indices indices;
  size_t at = 1;
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
    const double tag = frame[at++];
    if (!(tag >= 0 && tag <= static_cast<double>(IndexTag::kSlot))) broken(call);
    switch (static_cast<IndexTag>(static_cast<int>(tag))) {
      case IndexTag::kNone:
        indices.emplace_back(at::indexing::None);
        break;
      case IndexTag::kEllipsis:
        indices.emplace_back(at::indexing::Ellipsis);
        break;
      case IndexTag::kInteger:
        indices.emplace_back(integer(call, frame[at++]));
        break;
      case IndexTag::kBool:
        indices.emplace_back(frame[at++] != 0);
        break;
      case IndexTag::kSlice: {
        auto start = bound(call, frame[at++]);
        auto stop = bound(call, frame[at++]);
        auto step = bound(call, frame[at++]);
        TORCH_CHECK_VALUE(!step || *step > 0, "a slice's step must be greater than 0");
        indices.emplace_back(Slice(std::move(start), std::move(stop), std::move(step)));
        break;
      }
      case IndexTag::kSlot: {
        const double slot = frame[at++];
        if (!(slot >= 0 && slot < static_cast<double>(call.size()))) broken(call);
        indices.emplace_back(call.tensor(first_slot + static_cast<size_t>(slot), "an index"));
        break;
      }
    }
  }
  return indices;
}

/// getItem(tensor, ...index tensors)
napi_value get_item(Call& call) {
  return call.tensor_value(
      at::indexing::get_item(call.tensor(0, "tensor"), read_indices(call, /*first_slot=*/1)));
}

/// setItem(tensor, value, ...index tensors)
napi_value set_item(Call& call) {
  at::indexing::set_item(call.tensor(0, "tensor"), read_indices(call, /*first_slot=*/2),
                         call.tensor(1, "value"));
  return call.undefined();
}

/// addItem(tensor, value, ...index tensors): what several indices select gets the sum of theirs.
napi_value add_item(Call& call) {
  namespace impl = at::indexing::impl;
  const at::Tensor& self = call.tensor(0, "tensor");
  const at::Tensor& value = call.tensor(1, "value");
  std::vector<at::Tensor> chosen;
  at::Tensor part =
      impl::applySlicing(self, read_indices(call, /*first_slot=*/2), chosen,
                         /*disable_slice_optimization=*/false, self.device(), self.sym_sizes());
  const at::Tensor addend = value.view_symint(at::indexing::slicePrefix1sSize(value.sym_sizes()));
  if (chosen.empty()) {
    part.add_(addend);
  } else {
    part.index_put_(impl::typeConvertIndices(part, std::move(chosen)), addend,
                    /*accumulate=*/true);
  }
  return call.undefined();
}

constexpr Export kExports[] = {{"getItem", get_item}, {"setItem", set_item}, {"addItem", add_item}};

}  // namespace

void export_indexing(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
