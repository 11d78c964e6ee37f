// Bytes and tensors on their way into a file, on a thread of Node's pool: straight from their
// memory, one copy at a time where they are not contiguous.
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "checkpoint/crc32.h"
#include "checkpoint/job.h"
#include "napi/call.h"

namespace node_libtorch {
namespace {

/// Bytes taken through the checksums and into the file at a time, so that they stay in the cache.
constexpr size_t kBlock = 1 << 20;

/// The elements as a file holds them: on the CPU, in order, without lazy signs.
at::Tensor plain(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous();
  // Zeros that autograd has never written down; a copy has memory.
  return plain._is_zerotensor() ? plain.clone() : plain;
}

/// A part of a file: a tensor, or, where that is undefined, bytes.
struct Piece {
  at::Tensor tensor;
  std::string bytes;
};

std::string bytes_of(const Call& call, napi_value value) {
  bool is = false;
  napi_typedarray_type type = napi_uint8_array;
  size_t length = 0;
  void* data = nullptr;
  if (napi_is_typedarray(call.env(), value, &is) != napi_ok || !is ||
      napi_get_typedarray_info(call.env(), value, &type, &length, &data, nullptr, nullptr) !=
          napi_ok ||
      type != napi_uint8_array) {
    throw ArgumentError(std::string(call.name()) +
                        ": expected a Tensor or a Uint8Array for a piece, got " +
                        describe(call.env(), value));
  }
  return {static_cast<const char*>(data), length};
}

std::vector<Piece> pieces_of(const Call& call, size_t i) {
  napi_env env = call.env();
  bool is_array = false;
  uint32_t length = 0;
  if (napi_is_array(env, call[i], &is_array) != napi_ok || !is_array ||
      napi_get_array_length(env, call[i], &length) != napi_ok) {
    call.refuse(i, "pieces", "an array");
  }
  std::vector<Piece> pieces;
  for (uint32_t at = 0; at < length; ++at) {
    Napi::HandleScope scope(env);
    napi_value value = nullptr;
    if (napi_get_element(env, call[i], at, &value) != napi_ok) throw Napi::Error::New(env);
    if (Cell<at::Tensor>* cell = open_handle<at::Tensor>(env, value); cell != nullptr) {
      if (!cell->value.defined()) {
        throw DisposedError(std::string(call.name()) + ": a tensor has been disposed");
      }
      pieces.push_back({cell->value, {}});
    } else {
      pieces.push_back({{}, bytes_of(call, value)});
    }
  }
  return pieces;
}

Napi::Value numbers(Napi::Env env, const std::vector<double>& values) {
  auto array = Napi::Float64Array::New(env, values.size());
  std::copy(values.begin(), values.end(), array.Data());
  return array;
}

class Checksums : public PoolJob {
 public:
  explicit Checksums(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {}

 protected:
  void run() override {
    const at::NoGradGuard no_grad;
    for (const Piece& piece : pieces_) {
      if (!piece.tensor.defined()) {
        crcs_.push_back(crc32(0, piece.bytes.data(), piece.bytes.size()));
        continue;
      }
      const at::Tensor source = plain(piece.tensor);
      crcs_.push_back(crc32(0, source.const_data_ptr(), source.nbytes()));
    }
  }

  Napi::Value result(Napi::Env env) override { return numbers(env, crcs_); }

 private:
  std::vector<Piece> pieces_;
  std::vector<double> crcs_;
};

class Writing : public PoolJob {
 public:
  Writing(int file, std::vector<Piece> pieces) : file_(file), pieces_(std::move(pieces)) {}

 protected:
  void run() override {
    const at::NoGradGuard no_grad;
    for (const Piece& piece : pieces_) {
      at::Tensor source;
      const char* data = piece.bytes.data();
      size_t length = piece.bytes.size();
      if (piece.tensor.defined()) {
        source = plain(piece.tensor);
        data = static_cast<const char*>(source.const_data_ptr());
        length = source.nbytes();
      }
      if (!write(data, length)) return;
    }
  }

  /// The error's number or 0, the checksum of all that was written, and that of each piece.
  Napi::Value result(Napi::Env env) override {
    std::vector<double> values{static_cast<double>(error_), static_cast<double>(whole_)};
    values.insert(values.end(), crcs_.begin(), crcs_.end());
    return numbers(env, values);
  }

 private:
  bool write(const char* data, size_t length) {
    uint32_t crc = 0;
    for (size_t done = 0; done < length;) {
      const size_t block = std::min(kBlock, length - done);
      crc = crc32(crc, data + done, block);
      whole_ = crc32(whole_, data + done, block);
      if (!write_all(data + done, block)) return false;
      done += block;
    }
    crcs_.push_back(crc);
    return true;
  }

  bool write_all(const char* data, size_t length) {
    while (length > 0) {
      const ssize_t written = ::write(file_, data, length);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) {
        error_ = written < 0 ? errno : EIO;
        return false;
      }
      data += written;
      length -= static_cast<size_t>(written);
    }
    return true;
  }

  const int file_;
  std::vector<Piece> pieces_;
  int error_ = 0;
  uint32_t whole_ = 0;
  std::vector<double> crcs_;
};

/// checksums(pieces) → promise of the CRC-32 of each.
napi_value checksums(Call& call) {
  return PoolJob::start(call, std::make_unique<Checksums>(pieces_of(call, 0)));
}

/// writePieces(fd, pieces) → promise of [errno, CRC-32 of all, CRC-32 of each piece ...]. Writes
/// where the file stands; the tensors must not change meanwhile, which the checksums show.
napi_value write_pieces(Call& call) {
  const int64_t file = call.integer(0, "fd");
  if (file < 0 || file > INT32_MAX) call.refuse(0, "fd", "the number of an open file");
  return PoolJob::start(call,
                        std::make_unique<Writing>(static_cast<int>(file), pieces_of(call, 1)));
}

constexpr Export kExports[] = {{"checksums", checksums}, {"writePieces", write_pieces}};

}  // namespace

void export_writing(Addon& addon, Napi::Object exports) { add_exports(addon, exports, kExports); }

}  // namespace node_libtorch
