#include "image/tiler.h"

#include <string>

#if defined(NODE_LIBTORCH_JPEG)

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "image/exif.h"
#include "image/jpeg_errors.h"

namespace node_libtorch::image {

namespace {

constexpr uint8_t kMarker = 0xff;
constexpr int kUpright = 1;

/// MCUs of a tile: a sixteenth of a row, as nearly as a divisor of its MCUs comes to that. Smaller
/// tiles waste less around a box, and larger ones cost fewer bytes. All of the row where no divisor
/// is near: then a box saves the rows above and below it only.
int restart_for(int mcus) {
  constexpr int kTilesOfRow = 16;
  constexpr int kLeast = 2;
  constexpr int kBest = 8;
  constexpr int kMost = 16;
  const int wanted = std::clamp(mcus / kTilesOfRow, kLeast, kBest);
  int nearest = mcus;
  for (int restart = kMost; restart >= kLeast; restart--) {
    const bool nearer = std::abs(restart - wanted) <= std::abs(nearest - wanted);
    if (mcus % restart == 0 && nearer) nearest = restart;
  }
  return nearest;
}

/// Exif data that hold an orientation and nothing else.
std::vector<uint8_t> exif_segment(int orientation) {
  return {'E', 'x',
          'i', 'f',
          0,   0,
          'M', 'M',
          0,   42,
          0,   0,
          0,   8,
          0,   1,  // entries
          1,   0x12,
          0,   3,
          0,   0,
          0,   1,  // one short for the orientation
          0,   static_cast<uint8_t>(orientation),
          0,   0,
          0,   0,
          0,   0};  // and no further directory
}

/// Where the parts of a file that libjpeg has written are.
void locate(std::span<const uint8_t> bytes, Tiling& tiling, std::vector<uint32_t>& offsets) {
  constexpr uint8_t kFrames[] = {0xc0, 0xc1};
  constexpr uint8_t kScan = 0xda;
  size_t i = 2;
  for (uint8_t kind = 0; kind != kScan;) {
    kind = bytes[i + 1];
    if (std::find(std::begin(kFrames), std::end(kFrames), kind) != std::end(kFrames)) {
      tiling.frame_header = static_cast<int>(i);
    }
    i += 2 + (bytes[i + 2] << 8 | bytes[i + 3]);
  }
  tiling.header_length = static_cast<int>(i);
  offsets.push_back(static_cast<uint32_t>(i));
  const uint8_t* const end = bytes.data() + bytes.size();
  for (const uint8_t* at = bytes.data() + i;
       (at = static_cast<const uint8_t*>(std::memchr(at, kMarker, end - at))) != nullptr; at += 2) {
    // Within data the byte is followed by a zero.
    if (at[1] != 0) offsets.push_back(static_cast<uint32_t>(at + 2 - bytes.data()));
  }
}

}  // namespace

struct JpegTiler::State {
  JpegErrors errors{};
  jpeg_decompress_struct in{};
  jpeg_compress_struct out{};
  jpeg_destination_mgr destination{};
  jvirt_barray_ptr* coefficients = nullptr;

  bool create();
  bool open(std::span<const uint8_t> bytes);
  bool read_coefficients();
  bool write(std::vector<uint8_t>& bytes, int restart, std::span<const uint8_t> exif);
  bool can_be_tiled() const;
  bool complete() const;
  void destroy() {
    jpeg_destroy_compress(&out);
    jpeg_destroy_decompress(&in);
  }
  void abort() {
    jpeg_abort_compress(&out);
    jpeg_abort_decompress(&in);
  }
};

bool JpegTiler::State::create() {
  in.err = out.err = errors.start();
  if (setjmp(errors.leave)) return false;
  jpeg_create_decompress(&in);
  errors.limit_scans(in);
  jpeg_create_compress(&out);
  destination.init_destination = [](j_compress_ptr) {};
  destination.term_destination = [](j_compress_ptr) {};
  // There is no more memory than was given.
  destination.empty_output_buffer = [](j_compress_ptr common) -> boolean {
    common->err->error_exit(reinterpret_cast<j_common_ptr>(common));
    return FALSE;
  };
  out.dest = &destination;
  return true;
}

bool JpegTiler::State::open(std::span<const uint8_t> bytes) {
  if (setjmp(errors.leave)) return false;
  jpeg_mem_src(&in, bytes.data(), bytes.size());
  jpeg_read_header(&in, TRUE);
  return true;
}

bool JpegTiler::State::read_coefficients() {
  if (setjmp(errors.leave)) return false;
  coefficients = jpeg_read_coefficients(&in);
  return true;
}

bool JpegTiler::State::write(std::vector<uint8_t>& bytes, int restart,
                             std::span<const uint8_t> exif) {
  if (setjmp(errors.leave)) return false;
  destination.next_output_byte = bytes.data();
  destination.free_in_buffer = bytes.size();
  jpeg_copy_critical_parameters(&in, &out);
  out.arith_code = FALSE;
  out.optimize_coding = TRUE;
  out.restart_interval = static_cast<unsigned>(restart);
  jpeg_write_coefficients(&out, coefficients);
  if (!exif.empty()) {
    jpeg_write_marker(&out, JPEG_APP0 + 1, exif.data(), static_cast<unsigned>(exif.size()));
  }
  jpeg_finish_compress(&out);
  return true;
}

bool JpegTiler::State::can_be_tiled() const {
  const J_COLOR_SPACE space = in.jpeg_color_space;
  return in.data_precision == BITS_IN_JSAMPLE &&
         (space == JCS_GRAYSCALE || space == JCS_YCbCr || space == JCS_RGB);
}

/// Whether the scans of a progressive file give every bit of every coefficient; a decoder makes the
/// rest up, and from a baseline file it would not.
bool JpegTiler::State::complete() const {
  if (!in.progressive_mode) return true;
  for (int c = 0; c < in.num_components; c++) {
    const int* bits = in.coef_bits[c];
    if (std::any_of(bits, bits + DCTSIZE2, [](int missing) { return missing != 0; })) return false;
  }
  return true;
}

JpegTiler::JpegTiler() : state_(std::make_unique<State>()) {}

JpegTiler::~JpegTiler() { state_->destroy(); }

std::optional<TiledFile> JpegTiler::tile(std::span<const uint8_t> bytes, const Limits& limits) {
  State& state = *state_;
  // Begun anew: libjpeg would lend the tables of one picture to the next that has none.
  state.destroy();
  if (!state.create()) throw PictureError(state.errors.message);
  // What libjpeg does not know others may.
  if (!state.open(bytes)) return std::nullopt;
  // All coefficients are in memory at a time, and a few bytes may announce any number of them.
  check_size(static_cast<int>(state.in.image_width), static_cast<int>(state.in.image_height),
             limits);
  const char* problem = nullptr;
  if (!state.read_coefficients()) problem = state.errors.message;
  if (state.errors.base.num_warnings > 0) problem = state.errors.warning;
  if (problem != nullptr) {
    throw PictureError("the file is damaged (" + std::string(problem) + ")");
  }
  if (!state.can_be_tiled() || !state.complete()) return std::nullopt;

  TiledFile tiled;
  Tiling& tiling = tiled.tiling;
  tiling.width = static_cast<int>(state.in.image_width);
  tiling.height = static_cast<int>(state.in.image_height);
  // A single component is coded block by block.
  const bool single = state.in.num_components == 1;
  tiling.mcu_width = DCTSIZE * (single ? 1 : state.in.max_h_samp_factor);
  tiling.mcu_height = DCTSIZE * (single ? 1 : state.in.max_v_samp_factor);
  tiling.restart = restart_for(tiling.mcus_of_row());
  const int orientation = exif_orientation(bytes);
  const auto exif = orientation == kUpright ? std::vector<uint8_t>() : exif_segment(orientation);
  // As a rule it becomes smaller; markers of tiles and lost tricks of a progressive file rarely
  // need more than this.
  constexpr size_t kMarkersAndTables = 1 << 16;
  tiled.bytes.resize(bytes.size() + bytes.size() / 2 + kMarkersAndTables);
  // A kind of file that libjpeg reads and does not write.
  if (!state.write(tiled.bytes, tiling.restart, exif)) return std::nullopt;
  tiled.bytes.resize(tiled.bytes.size() - state.destination.free_in_buffer);
  state.abort();
  locate(tiled.bytes, tiling, tiled.offsets);
  const bool as_expected =
      tiling.fits(tiled.bytes.size()) && tiled.offsets.size() == tiling.count() + 1;
  if (!as_expected) return std::nullopt;
  return tiled;
}

}  // namespace node_libtorch::image

#else

namespace node_libtorch::image {

struct JpegTiler::State {};
JpegTiler::JpegTiler() = default;
JpegTiler::~JpegTiler() = default;
std::optional<TiledFile> JpegTiler::tile(std::span<const uint8_t>, const Limits&) {
  throw PictureError("this build of node-libtorch has no libjpeg-turbo");
}

}  // namespace node_libtorch::image

#endif
