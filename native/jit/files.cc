// TorchScript archives, read from a path or from memory, and written to memory.
#include <caffe2/serialize/read_adapter_interface.h>
#include <torch/csrc/jit/serialization/export.h>
#include <torch/csrc/jit/serialization/import.h>

#include <cstring>

#include "jit/jit.h"
#include "jit/module.h"

namespace node_libtorch {
namespace {

/// An archive in memory of our own: JS could change or free its own meanwhile.
class MemoryReader : public caffe2::serialize::ReadAdapterInterface {
 public:
  MemoryReader(const void* data, size_t size)
      : bytes_(static_cast<const char*>(data), static_cast<const char*>(data) + size) {}

  size_t size() const override { return bytes_.size(); }

  size_t read(uint64_t position, void* target, size_t count, const char*) const override {
    if (position >= bytes_.size()) return 0;
    const size_t available = std::min<size_t>(count, bytes_.size() - position);
    std::memcpy(target, bytes_.data() + position, available);
    return available;
  }

 private:
  const std::vector<char> bytes_;
};

/// jitLoad(path | bytes, device | null) → module
napi_value jit_load(Call& call) {
  std::optional<c10::Device> device;
  if (!call.absent(1)) device = c10::Device(call.string(1, "device"));
  const Napi::Value source(call.env(), call[0]);
  if (!source.IsTypedArray()) {
    return jit_module_value(call, torch::jit::load(call.string(0, "path"), device));
  }
  const auto array = source.As<Napi::Uint8Array>();
  return jit_module_value(
      call,
      torch::jit::load(std::make_shared<MemoryReader>(array.Data(), array.ByteLength()), device));
}

/// jitSave(module, ...[name, bytes]): extra files, then → the archive
napi_value jit_save(Call& call) {
  const torch::jit::Module& script = jit_module(call, 0).script();
  torch::jit::ExtraFilesMap extra;
  for (size_t i = 1; i + 1 < call.size(); i += 2) {
    const Napi::Value bytes(call.env(), call[i + 1]);
    if (!bytes.IsTypedArray()) call.refuse(i + 1, "an extra file", "a Uint8Array");
    const auto array = bytes.As<Napi::Uint8Array>();
    extra[call.string(i, "name")] = {reinterpret_cast<const char*>(array.Data()),
                                     array.ByteLength()};
  }
  std::string archive;
  torch::jit::ExportModule(
      script,
      [&](const void* data, size_t size) {
        archive.append(static_cast<const char*>(data), size);
        return size;
      },
      extra);
  return Napi::Buffer<char>::Copy(call.env(), archive.data(), archive.size());
}

constexpr Export kExports[] = {{"jitLoad", jit_load}, {"jitSave", jit_save}};

}  // namespace

void export_script_files(Addon& addon, Napi::Object exports) {
  add_exports(addon, exports, kExports);
}

}  // namespace node_libtorch
