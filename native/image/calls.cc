#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "image/batch.h"
#include "image/decoding.h"
#include "image/handles.h"
#include "image/loader.h"
#include "image/origin.h"
#include "image/pack_origin.h"
#include "image/raw_cache.h"
#include "image/verify.h"
#include "napi/call.h"
#include "napi/errors.h"

namespace node_libtorch {

namespace {

using image::Batch;
using image::Sample;

/// For each sample null if it is done, true if it is to be decoded elsewhere, false if it was
/// cancelled, else the reason why it failed; and the nanoseconds of each stage of all together.
napi_value outcomes(Napi::Env env, const std::vector<Sample>& samples) {
  Napi::Array outcomes = Napi::Array::New(env, samples.size());
  image::Times times{};
  uint32_t i = 0;
  for (const Sample& sample : samples) {
    Napi::Value value = env.Null();
    switch (sample.outcome) {
      case Sample::Outcome::kDone:
        break;
      case Sample::Outcome::kOtherFormat:
        value = Napi::Boolean::New(env, true);
        break;
      case Sample::Outcome::kUntouched:
        value = Napi::Boolean::New(env, false);
        break;
      case Sample::Outcome::kFailed:
        value = Napi::String::New(env, sample.reason);
        break;
    }
    outcomes.Set(i++, value);
    for (size_t stage = 0; stage < times.size(); stage++) times[stage] += sample.times[stage];
  }
  auto numbers = Napi::Float64Array::New(env, times.size());
  std::copy(times.begin(), times.end(), numbers.Data());
  Napi::Object result = Napi::Object::New(env);
  result.Set("outcomes", outcomes);
  result.Set("times", numbers);
  return result;
}

template <class Array>
Array typed_array(const Call& call, size_t i, const char* what, napi_typedarray_type type,
                  const char* expected) {
  const Napi::Value value(call.env(), call[i]);
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != type) {
    call.refuse(i, what, expected);
  }
  return value.As<Array>();
}

at::Tensor batch_argument(const Call& call) {
  const at::Tensor& out = call.tensor(0, "out");
  const auto type = out.scalar_type();
  const bool fits = out.dim() == 4 && out.size(1) == 3 && out.is_cpu() &&
                    out.layout() == at::kStrided &&
                    (type == at::kByte || type == at::kFloat || type == at::kBFloat16);
  if (!fits) call.refuse(0, "out", "a batch of pictures on the CPU");
  return out;
}

constexpr const char* kSources =
    "paths, [pixels, width, height], [pack, entry] or [cache, slot, source]";

/// An index below `count`.
size_t index_argument(const Call& call, size_t i, Napi::Value value, size_t count) {
  const double index = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  if (!(index >= 0 && index < static_cast<double>(count))) call.refuse(i, "sources", kSources);
  return static_cast<size_t>(index);
}

/// What a sample is made from: the path of a file, what was decoded elsewhere, a picture of a pack,
/// or any of these by way of a cache.
std::unique_ptr<image::Origin> origin_argument(const Call& call, size_t i, Napi::Value source,
                                               Kept& kept) {
  if (source.IsString()) {
    return std::make_unique<image::FileOrigin>(source.As<Napi::String>().Utf8Value());
  }
  if (!source.IsArray()) call.refuse(i, "sources", kSources);
  const auto parts = source.As<Napi::Array>();
  const Napi::Value pixels = parts.Get(uint32_t{0});
  if (const auto* pack = open_handle<image::PackPtr>(call.env(), pixels)) {
    const size_t entry = index_argument(call, i, parts.Get(uint32_t{1}), pack->value->size());
    return std::make_unique<image::PackOrigin>(pack->value, entry);
  }
  if (const auto* cache = open_handle<image::RawCachePtr>(call.env(), pixels)) {
    const size_t slot = index_argument(call, i, parts.Get(uint32_t{1}), cache->value->slots());
    return std::make_unique<image::CachedOrigin>(
        cache->value, slot, origin_argument(call, i, parts.Get(uint32_t{2}), kept));
  }
  if (!pixels.IsTypedArray()) call.refuse(i, "sources", kSources);
  const auto bytes = pixels.As<Napi::Uint8Array>();
  const int width = parts.Get(uint32_t{1}).ToNumber().Int32Value();
  const int height = parts.Get(uint32_t{2}).ToNumber().Int32Value();
  if (width < 1 || height < 1 || bytes.ByteLength() != static_cast<size_t>(width) * height * 3) {
    call.refuse(i, "sources", "three bytes for each pixel");
  }
  kept.push_back(Napi::Persistent(bytes));
  return std::make_unique<image::RgbOrigin>(
      std::span<const uint8_t>{bytes.Data(), bytes.ByteLength()}, width, height);
}

/// Numbers that go with all samples, in front of the two that go with each.
enum Setting : size_t {
  kSeed,
  kEpoch,
  kMaxPixels,
  kMaxBytes,
  kThreads,
  kExif,
  kFast,
  kSettings,
};

Napi::Float64Array numbers_argument(const Call& call, size_t i, const char* what) {
  return typed_array<Napi::Float64Array>(call, i, what, napi_float64_array, "a Float64Array");
}

Napi::Array array_argument(const Call& call, size_t i, const char* what) {
  const Napi::Value list(call.env(), call[i]);
  if (!list.IsArray()) call.refuse(i, what, "an array");
  return list.As<Napi::Array>();
}

image::Limits limits_of(const double* settings) {
  return {static_cast<int64_t>(settings[kMaxPixels]), static_cast<int64_t>(settings[kMaxBytes]),
          settings[kExif] != 0};
}

size_t threads_of(double number) { return static_cast<size_t>(std::clamp(number, 1.0, 256.0)); }

/// loadImages(out, program, sources, numbers) → a promise of {outcomes, times}
///
/// `numbers` are the settings above, then for each source its place in the batch and its index in
/// the data set, which keys its random numbers.
napi_value load_images(Call& call) {
  const at::Tensor out = batch_argument(call);
  const auto code = numbers_argument(call, 1, "program");
  const auto sources = array_argument(call, 2, "sources");
  const auto numbers = numbers_argument(call, 3, "numbers");
  const size_t count = sources.Length();
  if (numbers.ElementLength() != kSettings + 2 * count || count == 0) {
    call.refuse(3, "numbers", "two for each of one or more sources behind the settings");
  }
  const double* settings = numbers.Data();

  std::vector<Sample> samples(count);
  Kept kept;
  for (size_t i = 0; i < count; i++) {
    Sample& sample = samples[i];
    sample.place = static_cast<int64_t>(settings[kSettings + 2 * i]);
    if (sample.place < 0 || sample.place >= out.size(0)) {
      call.refuse(3, "numbers", "places in the batch");
    }
    sample.key = {static_cast<uint64_t>(settings[kSeed]), static_cast<uint32_t>(settings[kEpoch]),
                  static_cast<uint32_t>(settings[kSettings + 2 * i + 1])};
    sample.origin = origin_argument(call, 2, sources.Get(static_cast<uint32_t>(i)), kept);
  }
  image::Program program({code.Data(), code.ElementLength()});
  const image::Opening opening{limits_of(settings), settings[kFast] != 0};
  auto batch = std::make_shared<Batch>(out, std::move(program), opening, std::move(samples));
  const Batch& made = *batch;
  return Loader::of(call.addon())
      .start(
          std::move(batch), std::move(kept),
          [&made](Napi::Env env) { return outcomes(env, made.samples()); },
          threads_of(settings[kThreads]));
}

/// cancelImages(out): samples of this batch that no thread has begun are dropped; the promise of
/// the batch is settled as soon as the others are done.
napi_value cancel_images(Call& call) {
  Loader::of(call.addon()).cancel(batch_argument(call));
  return call.undefined();
}

/// verifyImages(paths, numbers) → a promise of {outcomes, times}; `numbers` are the settings above
napi_value verify_images(Call& call) {
  const auto list = array_argument(call, 0, "paths");
  const auto numbers = numbers_argument(call, 1, "numbers");
  if (list.Length() == 0) call.refuse(0, "paths", "one path or more");
  if (numbers.ElementLength() != kSettings) call.refuse(1, "numbers", "the settings");
  std::vector<std::string> paths;
  for (uint32_t i = 0; i < list.Length(); i++) {
    const Napi::Value path = list.Get(i);
    if (!path.IsString()) call.refuse(0, "paths", "paths");
    paths.push_back(path.As<Napi::String>().Utf8Value());
  }
  const double* settings = numbers.Data();
  auto job = std::make_shared<image::Verification>(std::move(paths), limits_of(settings));
  const image::Verification& made = *job;
  return Loader::of(call.addon())
      .start(
          std::move(job), {}, [&made](Napi::Env env) { return outcomes(env, made.samples()); },
          threads_of(settings[kThreads]));
}

/// decodeJpeg(bytes, numbers) → a promise of a tensor [height, width, 3] of uint8, null if the
/// bytes are no JPEG that is decoded here, or the reason why they cannot be; `numbers` are the
/// settings above
napi_value decode_jpeg(Call& call) {
  const auto bytes =
      typed_array<Napi::Uint8Array>(call, 0, "bytes", napi_uint8_array, "a Uint8Array");
  const auto numbers = numbers_argument(call, 1, "numbers");
  if (numbers.ElementLength() != kSettings) call.refuse(1, "numbers", "the settings");
  const double* settings = numbers.Data();
  // A copy: JS may change or give away its bytes meanwhile.
  auto job = std::make_shared<image::Decoding>(
      std::vector<uint8_t>(bytes.Data(), bytes.Data() + bytes.ByteLength()), limits_of(settings));
  Addon& addon = call.addon();
  const auto answer = [&addon, &made = *job](Napi::Env env) -> napi_value {
    if (made.pixels().defined()) return make_handle(env, *addon.ledger, made.pixels());
    if (made.reason().empty()) return env.Null();
    return Napi::String::New(env, made.reason());
  };
  return Loader::of(addon).start_first(std::move(job), answer, threads_of(settings[kThreads]));
}

/// newImageBatch(samples, height, width, dtype, interleaved) → a tensor with unset values, whose
/// memory is used again when it is freed
napi_value new_image_batch(Call& call) {
  const std::string dtype = call.string(3, "dtype");
  at::ScalarType type = at::kByte;
  if (dtype == "float32") {
    type = at::kFloat;
  } else if (dtype == "bfloat16") {
    type = at::kBFloat16;
  } else if (dtype != "uint8") {
    call.refuse(3, "dtype", "uint8, float32 or bfloat16");
  }
  constexpr int64_t kMost = int64_t{1} << 24;
  std::array<int64_t, 4> sizes{call.integer(0, "samples"), 3, call.integer(1, "height"),
                               call.integer(2, "width")};
  for (const int64_t size : sizes) {
    if (size < 1 || size > kMost) throw ArgumentRangeError("newImageBatch: a size out of range");
  }
  const auto format = call.boolean(4, "interleaved") ? at::MemoryFormat::ChannelsLast
                                                     : at::MemoryFormat::Contiguous;
  return call.tensor_value(Loader::of(call.addon()).ring().make(sizes, type, format));
}

/// freeImageBatches(): frees the memory that is kept for batches; what is in use is freed when it
/// comes back.
napi_value free_image_batches(Call& call) {
  Loader::of(call.addon()).renew_ring();
  return call.undefined();
}

/// decodesJpeg(): whether this build has libjpeg-turbo
napi_value decodes_jpeg(Call& call) { return call.boolean_value(image::decodes_jpeg()); }

constexpr Export kExports[] = {
    {"loadImages", load_images},        {"cancelImages", cancel_images},
    {"verifyImages", verify_images},    {"decodeJpeg", decode_jpeg},
    {"newImageBatch", new_image_batch}, {"freeImageBatches", free_image_batches},
    {"decodesJpeg", decodes_jpeg},
};

}  // namespace

void export_image_loader(Addon& addon, Napi::Object exports) {
  add_exports(addon, exports, kExports);
}

}  // namespace node_libtorch
