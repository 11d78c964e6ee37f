// Files as memory, and where tensors lie in memory.
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "checkpoint/checkpoint.h"
#include "napi/call.h"

namespace node_libtorch {
namespace {

/// A private mapping: writes stay in memory. Released on any thread.
struct Mapping {
  void* start;
  size_t length;
  ~Mapping() { ::munmap(start, length); }
};

/// mapFile(fd, length) → the first bytes of a file as a uint8 tensor. Pages are read when they are
/// touched, and copied when they are written. A file that is cut short later kills the process at
/// the next touch of what is gone (SIGBUS): nothing can be checked then.
napi_value map_file(Call& call) {
  const int64_t file = call.integer(0, "fd");
  const int64_t length = call.integer(1, "length");
  if (file < 0 || file > INT32_MAX) call.refuse(0, "fd", "the number of an open file");
  struct stat status {};
  if (::fstat(static_cast<int>(file), &status) != 0 || !S_ISREG(status.st_mode)) {
    call.refuse(0, "fd", "the number of an open regular file");
  }
  if (length < 0 || length > status.st_size) call.refuse(1, "length", "at most the file's length");
  if (length == 0) return call.tensor_value(at::empty({0}, at::kByte));
#ifdef MAP_NORESERVE
  constexpr int kFlags = MAP_PRIVATE | MAP_NORESERVE;
#else
  constexpr int kFlags = MAP_PRIVATE;
#endif
  void* start = ::mmap(nullptr, static_cast<size_t>(length), PROT_READ | PROT_WRITE, kFlags,
                       static_cast<int>(file), 0);
  if (start == MAP_FAILED) {
    TORCH_CHECK(false, call.name(), ": the file cannot be mapped: ", std::strerror(errno));
  }
  auto* mapping = new Mapping{start, static_cast<size_t>(length)};
  return call.tensor_value(
      at::for_blob(start, {length})
          .context(mapping, [](void* owned) { delete static_cast<Mapping*>(owned); })
          .options(at::TensorOptions(at::kByte))
          .make_tensor());
}

/// sliceBytes(bytes, byteOffset, dtype, count) → a flat tensor over part of a uint8 tensor, which
/// it keeps alive, with a storage of its own. A misaligned start is copied instead.
napi_value slice_bytes(Call& call) {
  const at::Tensor& bytes = call.tensor(0, "bytes");
  if (bytes.scalar_type() != at::kByte || bytes.dim() != 1 || !bytes.is_contiguous() ||
      !bytes.device().is_cpu() || bytes.layout() != at::kStrided) {
    call.refuse(0, "bytes", "a flat uint8 tensor on the CPU");
  }
  const int64_t offset = call.integer(1, "byteOffset");
  const int64_t dtype = call.integer(2, "dtype");
  const int64_t count = call.integer(3, "count");
  if (dtype < 0 || dtype >= static_cast<int64_t>(at::ScalarType::Undefined) ||
      at::isQIntType(static_cast<at::ScalarType>(dtype))) {
    call.refuse(2, "dtype", "the number of a dtype that is not quantized");
  }
  const at::TensorOptions options(static_cast<at::ScalarType>(dtype));
  const auto width = static_cast<int64_t>(options.dtype().itemsize());
  if (offset < 0 || offset > bytes.numel()) call.refuse(1, "byteOffset", "an offset inside bytes");
  if (count < 0 || count > (bytes.numel() - offset) / width) {
    call.refuse(3, "count", "a number of elements that bytes holds");
  }
  if (count == 0) return call.tensor_value(at::empty({0}, options));
  char* start = static_cast<char*>(bytes.mutable_data_ptr()) + offset;
  if (reinterpret_cast<uintptr_t>(start) % static_cast<size_t>(width) != 0) {
    at::Tensor copy = at::empty({count}, options);
    std::memcpy(copy.mutable_data_ptr(), start, copy.nbytes());
    return call.tensor_value(std::move(copy));
  }
  return call.tensor_value(at::for_blob(start, {count})
                               .context(new at::Tensor(bytes),
                                        [](void* owned) { delete static_cast<at::Tensor*>(owned); })
                               .options(options)
                               .make_tensor());
}

/// memoryExtent(tensor): replies with a number that tells its storage from all others that live,
/// and the addresses of its first byte and of the one after its last.
napi_value memory_extent(Call& call) {
  const at::Tensor& tensor = call.tensor(0, "tensor");
  if (!tensor.has_storage()) call.refuse(0, "tensor", "a dense tensor");
  int64_t span = tensor.numel() == 0 ? 0 : 1;
  if (span > 0) {
    for (int64_t d = 0; d < tensor.dim(); ++d) span += (tensor.size(d) - 1) * tensor.stride(d);
  }
  const auto width = static_cast<double>(tensor.itemsize());
  const auto start = static_cast<double>(reinterpret_cast<uintptr_t>(tensor.storage().data())) +
                     static_cast<double>(tensor.storage_offset()) * width;
  double* reply = call.addon().reply();
  reply[0] =
      static_cast<double>(reinterpret_cast<uintptr_t>(tensor.storage().unsafeGetStorageImpl()));
  reply[1] = start;
  reply[2] = start + static_cast<double>(span) * width;
  return call.undefined();
}

constexpr Export kExports[] = {
    {"mapFile", map_file}, {"sliceBytes", slice_bytes}, {"memoryExtent", memory_extent}};

}  // namespace

void export_mapping(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
