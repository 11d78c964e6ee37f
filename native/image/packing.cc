#include "image/packing.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint/crc32.h"
#include "checkpoint/job.h"
#include "image/handles.h"
#include "image/jpeg.h"
#include "image/loader.h"
#include "image/origin.h"
#include "image/pack_file.h"
#include "image/raw_cache.h"
#include "image/tiler.h"
#include "image/workspace.h"
#include "napi/call.h"

namespace node_libtorch {

namespace {

using image::JpegDecoder;
using image::Pack;
using image::PackPtr;
using image::Pixels;
using image::RawCache;
using image::RawCachePtr;

/// Of files that are compared with what is in a pack.
constexpr image::Limits kNoLimits{INT64_MAX, INT64_MAX};

Napi::Value bytes_value(Napi::Env env, const std::vector<uint8_t>& bytes) {
  auto array = Napi::Uint8Array::New(env, bytes.size());
  std::copy(bytes.begin(), bytes.end(), array.Data());
  return array;
}

/// Work on one picture, on the threads that make samples. Its promise becomes the reason if the
/// picture is at fault.
class PictureJob : public image::Job {
 public:
  /// @param threads how many may work from now on
  static napi_value start(const Call& call, std::shared_ptr<PictureJob> job, double threads) {
    const auto answer = [made = job.get()](Napi::Env env) -> napi_value {
      if (made->reason_) return Napi::String::New(env, *made->reason_);
      return made->answer(env);
    };
    return Loader::of(call.addon())
        .start(std::move(job), {}, answer, static_cast<size_t>(std::clamp(threads, 1.0, 256.0)));
  }

 protected:
  virtual void work(image::Workspace& workspace) = 0;
  virtual Napi::Value answer(Napi::Env env) = 0;

 private:
  size_t size() const override { return 1; }
  void make(size_t, image::Workspace& workspace) noexcept override {
    try {
      work(workspace);
    } catch (const std::exception& error) {
      reason_ = error.what();
    }
  }

  std::optional<std::string> reason_;
};

class Tiling : public PictureJob {
 public:
  Tiling(std::string path, const image::Limits& limits) : path_(std::move(path)), limits_(limits) {}

 protected:
  void work(image::Workspace&) override {
    std::vector<uint8_t> file;
    image::read_file(path_, limits_, file);
    std::optional<image::TiledFile> tiled;
    if (image::is_jpeg(file)) tiled = image::JpegTiler().tile(file, limits_);
    original_ = file.size();
    if (!tiled) {
      record_ = std::move(file);
    } else {
      const size_t front = tiled->offsets.size() * sizeof(uint32_t);
      record_.resize(front + tiled->bytes.size());
      const auto* offsets = reinterpret_cast<const uint8_t*>(tiled->offsets.data());
      std::copy_n(offsets, front, record_.begin());
      std::copy(tiled->bytes.begin(), tiled->bytes.end(), record_.begin() + front);
      tiling_ = tiled->tiling;
    }
    checksum_ = crc32c(0, record_.data(), record_.size());
  }

  Napi::Value answer(Napi::Env env) override {
    const std::array<double, 10> values{
        static_cast<double>(original_),
        static_cast<double>(checksum_),
        static_cast<double>(tiling_ ? tiling_->count() + 1 : 0),
        static_cast<double>(tiling_ ? tiling_->width : 0),
        static_cast<double>(tiling_ ? tiling_->height : 0),
        static_cast<double>(tiling_ ? tiling_->mcu_width : 0),
        static_cast<double>(tiling_ ? tiling_->mcu_height : 0),
        static_cast<double>(tiling_ ? tiling_->restart : 0),
        static_cast<double>(tiling_ ? tiling_->header_length : 0),
        static_cast<double>(tiling_ ? tiling_->frame_header : 0),
    };
    auto numbers = Napi::Float64Array::New(env, values.size());
    std::copy(values.begin(), values.end(), numbers.Data());
    Napi::Array result = Napi::Array::New(env, 2);
    result.Set(uint32_t{0}, bytes_value(env, record_));
    result.Set(uint32_t{1}, numbers);
    return result;
  }

 private:
  std::string path_;
  image::Limits limits_;
  size_t original_ = 0;
  std::vector<uint8_t> record_;
  std::optional<image::Tiling> tiling_;
  uint32_t checksum_ = 0;
};

class Opening : public PoolJob {
 public:
  Opening(Addon& addon, std::string path) : addon_(addon), path_(std::move(path)) {}

 protected:
  void run() override {
    try {
      pack_ = Pack::open(path_);
    } catch (const image::PackError& error) {
      reason_ = error.what();
    }
  }

  Napi::Value result(Napi::Env env) override {
    if (pack_ == nullptr) return Napi::String::New(env, reason_);
    const auto string = [&](std::string_view text) {
      return Napi::String::New(env, text.data(), text.size());
    };
    Napi::Array classes = Napi::Array::New(env, pack_->classes());
    for (uint32_t i = 0; i < pack_->classes(); i++) classes.Set(i, string(pack_->class_name(i)));
    Napi::Array names = Napi::Array::New(env, pack_->size());
    auto targets = Napi::Uint32Array::New(env, pack_->size());
    for (uint32_t i = 0; i < pack_->size(); i++) {
      const Napi::HandleScope scope(env);
      names.Set(i, string(pack_->name(i)));
      targets[i] = pack_->class_index(i);
    }
    Napi::Object result = Napi::Object::New(env);
    result.Set("pack", Napi::Value(env, make_handle(env, *addon_.ledger, std::move(pack_))));
    result.Set("classes", classes);
    result.Set("names", names);
    result.Set("targets", targets);
    return result;
  }

 private:
  Addon& addon_;
  std::string path_;
  std::string reason_;
  PackPtr pack_;
};

class Reading : public PoolJob {
 public:
  Reading(PackPtr pack, size_t entry) : pack_(std::move(pack)), entry_(entry) {}

 protected:
  void run() override {
    try {
      const auto file = pack_->record(entry_).file;
      bytes_.assign(file.begin(), file.end());
    } catch (const image::PictureError& error) {
      reason_ = error.what();
    }
  }
  Napi::Value result(Napi::Env env) override {
    if (reason_) return Napi::String::New(env, *reason_);
    return bytes_value(env, bytes_);
  }

 private:
  PackPtr pack_;
  size_t entry_;
  std::vector<uint8_t> bytes_;
  std::optional<std::string> reason_;
};

class Verifying : public PictureJob {
 public:
  Verifying(PackPtr pack, size_t entry, std::string path)
      : pack_(std::move(pack)), entry_(entry), path_(std::move(path)) {}

 protected:
  void work(image::Workspace& workspace) override {
    const Pack::Record record = pack_->record(entry_);
    if (path_.empty()) return;
    std::vector<uint8_t> file;
    image::read_file(path_, kNoLimits, file);
    const bool same = record.tiling ? same_pixels(record, file, workspace)
                                    : std::equal(file.begin(), file.end(), record.file.begin(),
                                                 record.file.end());
    if (!same) throw image::PictureError("it differs from its file");
  }
  Napi::Value answer(Napi::Env env) override { return env.Null(); }

 private:
  /// Whether the tiles, and one in the middle alone, give the pixels that the file gives.
  static bool same_pixels(const Pack::Record& record, std::span<const uint8_t> file,
                          image::Workspace& workspace) {
    JpegDecoder& decoder = workspace.jpeg;
    const auto [width, height] = decoder.open(file);
    if (width != record.tiling->width || height != record.tiling->height) return false;
    Pixels expected;
    decoder.read({0, 0, width, height}, expected);
    const image::Box boxes[] = {{0, 0, width, height}, {width / 2, height / 2, 1, 1}};
    for (const image::Box& box : boxes) {
      Pixels pixels;
      image::TiledSource source(decoder, workspace.file, record.file, *record.tiling,
                                record.offsets);
      const image::View view = source.read(box, pixels);
      for (int y = 0; y < box.height; y++) {
        const uint8_t* row =
            expected.row(box.top + y) + static_cast<size_t>(box.left) * image::kPixel;
        if (!std::equal(row, row + static_cast<size_t>(box.width) * image::kPixel, view.row(y))) {
          return false;
        }
      }
    }
    return true;
  }

  PackPtr pack_;
  size_t entry_;
  std::string path_;
};

PackPtr& pack_argument(const Call& call) { return call.handle<PackPtr>(0, "pack"); }

size_t entry_argument(const Call& call) {
  const int64_t entry = call.integer(1, "entry");
  if (entry < 0 || static_cast<size_t>(entry) >= pack_argument(call)->size()) {
    call.refuse(1, "entry", "the index of an entry");
  }
  return static_cast<size_t>(entry);
}

/// crc32c(bytes, before) → the CRC-32C of bytes that follow those with the CRC-32C `before`.
napi_value checksum(Call& call) {
  const Napi::Value value(call.env(), call[0]);
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    call.refuse(0, "bytes", "a Uint8Array");
  }
  const auto bytes = value.As<Napi::Uint8Array>();
  const auto before = static_cast<uint32_t>(call.integer(1, "before"));
  return call.number_value(crc32c(before, bytes.Data(), bytes.ByteLength()));
}

/// tilePicture(path, threads, maxPixels, maxBytes) → promise of [record, numbers], or of the reason
/// why the picture is damaged or too large. The numbers: the bytes of the file, the record's
/// checksum, its offsets of tiles, and a Tiling's members in order; zeros for a picture that is
/// kept as it is.
napi_value tile_picture(Call& call) {
  const image::Limits limits{call.integer(2, "maxPixels"), call.integer(3, "maxBytes")};
  return PictureJob::start(call, std::make_shared<Tiling>(call.string(0, "path"), limits),
                           call.number(1, "threads"));
}

/// openPack(path) → promise of {pack, classes, names, targets}, or of the reason why it is none.
napi_value open_pack(Call& call) {
  return PoolJob::start(call, std::make_unique<Opening>(call.addon(), call.string(0, "path")));
}

/// readPacked(pack, entry) → promise of the bytes of a picture's file, or of the reason why not.
napi_value read_packed(Call& call) {
  return PoolJob::start(call, std::make_unique<Reading>(pack_argument(call), entry_argument(call)));
}

/// verifyPacked(pack, entry, path, threads) → promise of null, or of what is wrong with an entry:
/// by its checksum, and, unless the path is empty, compared with a file.
napi_value verify_packed(Call& call) {
  auto job = std::make_shared<Verifying>(pack_argument(call), entry_argument(call),
                                         call.string(2, "path"));
  return PictureJob::start(call, std::move(job), call.number(3, "threads"));
}

/// createRawCache(slots, bytes, path) → a cache, in memory if the path is empty.
napi_value create_raw_cache(Call& call) {
  const int64_t slots = call.integer(0, "slots");
  const int64_t bytes = call.integer(1, "bytes");
  if (slots < 0 || slots > UINT32_MAX) call.refuse(0, "slots", "a number of pictures");
  if (bytes < 0) call.refuse(1, "bytes", "a number of bytes");
  auto cache = std::make_shared<RawCache>(static_cast<size_t>(slots), static_cast<size_t>(bytes),
                                          call.string(2, "path"));
  return make_handle<RawCachePtr>(call.env(), *call.addon().ledger, std::move(cache));
}

/// rawCacheState(cache): replies with the pictures and bytes in it, and whether one found no room.
napi_value raw_cache_state(Call& call) {
  const RawCache& cache = *call.handle<RawCachePtr>(0, "cache");
  double* reply = call.addon().reply();
  reply[0] = static_cast<double>(cache.pictures());
  reply[1] = static_cast<double>(cache.bytes());
  reply[2] = cache.full() ? 1 : 0;
  return call.undefined();
}

constexpr Export kExports[] = {
    {"crc32c", checksum},
    {"tilePicture", tile_picture},
    {"openPack", open_pack},
    {"readPacked", read_packed},
    {"verifyPacked", verify_packed},
    {"createRawCache", create_raw_cache},
    {"rawCacheState", raw_cache_state},
};

}  // namespace

void export_packing(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
