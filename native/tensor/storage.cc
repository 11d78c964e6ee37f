// Where tensors meet JS memory: made from a buffer, copied into one, described in the frame.
#include "tensor/storage.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <cstring>

#include "napi/call.h"
#include "tensor/convert.h"

namespace node_libtorch {
namespace {

/// Deleter of memory that a JS buffer owns; may run on any thread.
void release_buffer(void* reference) { delete static_cast<JsReference*>(reference); }

struct Bytes {
  char* data;
  size_t length;
  napi_value buffer;  ///< the ArrayBuffer
};

/// The memory of an ArrayBuffer, a typed array or a DataView.
Bytes bytes_of(const Call& call, size_t i, const char* what) {
  napi_env env = call.env();
  napi_value value = call[i];
  void* data = nullptr;
  bool is = false;
  Bytes bytes{};
  if (napi_is_arraybuffer(env, value, &is) == napi_ok && is) {
    napi_get_arraybuffer_info(env, value, &data, &bytes.length);
    bytes.buffer = value;
  } else if (napi_is_typedarray(env, value, &is) == napi_ok && is) {
    napi_typedarray_type type;
    size_t elements;
    napi_get_typedarray_info(env, value, &type, &elements, &data, &bytes.buffer, nullptr);
    constexpr size_t kWidth[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
    if (static_cast<size_t>(type) >= std::size(kWidth)) {
      call.refuse(i, what, "an array of a known element type");
    }
    bytes.length = elements * kWidth[type];
  } else if (napi_is_dataview(env, value, &is) == napi_ok && is) {
    napi_get_dataview_info(env, value, &bytes.length, &data, &bytes.buffer, nullptr);
  } else {
    call.refuse(i, what, "an ArrayBuffer or a view of one");
  }
  bytes.data = static_cast<char*>(data);
  return bytes;
}

at::ScalarType dtype_of(const Call& call, size_t i) {
  const int64_t dtype = call.integer(i, "dtype");
  if (dtype < 0 || dtype >= static_cast<int64_t>(at::ScalarType::Undefined)) {
    call.refuse(i, "dtype", "the number of a dtype");
  }
  return static_cast<at::ScalarType>(dtype);
}

/// libtorch itself sets no limit; the reply, and common sense, do.
void check_dims(const Call& call, size_t dims) {
  if (dims > 64) throw ArgumentRangeError(std::string(call.name()) + ": more than 64 dimensions");
}

/// The shape that JS has written into the frame; its product fits `available` elements.
std::vector<int64_t> shape_in_frame(const Call& call, size_t dims, size_t available) {
  check_dims(call, dims);
  std::vector<int64_t> shape(dims);
  size_t elements = 1;
  for (size_t d = 0; d < dims; ++d) {
    const double size = call.addon().frame[d];
    if (!(size >= 0 && size <= 9007199254740991.0)) {
      throw ArgumentRangeError(std::string(call.name()) + ": a size is not a natural number");
    }
    shape[d] = static_cast<int64_t>(size);
    if (__builtin_mul_overflow(elements, static_cast<size_t>(shape[d]), &elements)) {
      throw ArgumentRangeError(std::string(call.name()) + ": the shape has too many elements");
    }
  }
  if (elements > available) {
    throw ArgumentRangeError(std::string(call.name()) + ": the shape needs " +
                             std::to_string(elements) + " elements, the buffer holds " +
                             std::to_string(available));
  }
  return shape;
}

/// fromBuffer(buffer, byteOffset, dtype, dims) → tensor over the buffer's memory, which it keeps
/// alive. The shape is in the frame. A misaligned start is copied instead.
napi_value from_buffer(Call& call) {
  const Bytes bytes = bytes_of(call, 0, "buffer");
  const int64_t offset = call.integer(1, "byteOffset");
  const at::ScalarType dtype = dtype_of(call, 2);
  if (at::isQIntType(dtype)) call.refuse(2, "dtype", "a dtype that is not quantized");
  const int64_t dims = call.integer(3, "dims");
  if (offset < 0 || static_cast<size_t>(offset) > bytes.length) {
    call.refuse(1, "byteOffset", "an offset inside the buffer");
  }
  const size_t width = at::elementSize(dtype);
  const auto shape = shape_in_frame(call, static_cast<size_t>(std::max<int64_t>(dims, 0)),
                                    (bytes.length - static_cast<size_t>(offset)) / width);
  char* start = bytes.data + offset;
  if (reinterpret_cast<uintptr_t>(start) % width != 0) {
    at::Tensor copy = at::empty(shape, at::TensorOptions(dtype));
    if (copy.nbytes() > 0) std::memcpy(copy.data_ptr(), start, copy.nbytes());
    return call.tensor_value(std::move(copy));
  }
  auto keepalive = std::make_unique<JsReference>(
      call.env(), bytes.buffer, JsReference::Strength::kStrong, call.addon().releases);
  at::Tensor tensor = at::for_blob(start, shape)
                          .context(keepalive.release(), &release_buffer)
                          .options(at::TensorOptions(dtype))
                          .make_tensor();
  return call.tensor_value(std::move(tensor));
}

/// copyTo(tensor, buffer): the contiguous elements, in the tensor's dtype.
napi_value copy_to(Call& call) {
  at::Tensor source;
  {
    at::NoGradGuard no_grad;
    source = call.tensor(0, "tensor").detach().cpu().resolve_conj().resolve_neg().contiguous();
    // Zeros that autograd has never written down; a copy has memory.
    if (source._is_zerotensor()) source = source.clone();
  }
  // Read last: nothing below runs JS, which could detach or shrink the buffer.
  const Bytes bytes = bytes_of(call, 1, "buffer");
  if (bytes.length != source.nbytes()) {
    throw ArgumentRangeError(std::string(call.name()) + ": the buffer has " +
                             std::to_string(bytes.length) + " bytes, the tensor " +
                             std::to_string(source.nbytes()));
  }
  if (bytes.length > 0) std::memcpy(bytes.data, source.const_data_ptr(), bytes.length);
  return call.undefined();
}

/// describeTensor(tensor): fills the reply with dtype, device type, device index, layout, then the
/// sizes; returns the number of dimensions.
napi_value describe_tensor(Call& call) {
  const at::Tensor& tensor = call.tensor(0, "tensor");
  double* reply = call.addon().reply();
  reply[0] = static_cast<double>(tensor.scalar_type());
  reply[1] = static_cast<double>(tensor.device().type());
  reply[2] = tensor.device().index();
  reply[3] = static_cast<double>(tensor.layout());
  const auto sizes = tensor.sizes();
  check_dims(call, sizes.size());
  for (size_t d = 0; d < sizes.size(); ++d) reply[4 + d] = static_cast<double>(sizes[d]);
  return call.number_value(static_cast<double>(sizes.size()));
}

/// strides(tensor): fills the reply; returns their number.
napi_value strides(Call& call) {
  const auto values = call.tensor(0, "tensor").strides();
  check_dims(call, values.size());
  for (size_t d = 0; d < values.size(); ++d) {
    call.addon().reply()[d] = static_cast<double>(values[d]);
  }
  return call.number_value(static_cast<double>(values.size()));
}

/// item(tensor) → number, bigint (an unsafe int64), boolean or { re, im }.
napi_value item(Call& call) { return scalar_to_js(call, call.tensor(0, "tensor").item()); }

/// sameTensor(a, b): whether two handles hold the same TensorImpl.
napi_value same_tensor(Call& call) {
  return call.boolean_value(call.tensor(0, "a").is_same(call.tensor(1, "b")));
}

/// dispose(tensor): drops this handle's reference now. Idempotent.
napi_value dispose(Call& call) {
  Cell<at::Tensor>* cell = open_handle<at::Tensor>(call.env(), call[0]);
  if (cell == nullptr) call.refuse(0, "tensor", HandleType<at::Tensor>::name);
  cell->uncount();
  cell->value = at::Tensor();
  return call.undefined();
}

constexpr Export kExports[] = {
    {"fromBuffer", from_buffer}, {"copyTo", copy_to}, {"describeTensor", describe_tensor},
    {"strides", strides},        {"item", item},      {"sameTensor", same_tensor},
    {"disposeTensor", dispose},
};

}  // namespace

bool is_js_memory(const c10::DataPtr& memory) { return memory.get_deleter() == &release_buffer; }

void export_storage(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
