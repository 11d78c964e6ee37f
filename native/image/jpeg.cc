#include "image/jpeg.h"

#if defined(NODE_LIBTORCH_JPEG)

#include <algorithm>
#include <cstring>
#include <string>

#include "image/jpeg_errors.h"

namespace node_libtorch::image {

namespace {

/// Rows asked for at a time: no more than one row of blocks is ready at once.
constexpr int kRows = 4;

/// Adobe's cyan, magenta, yellow and black are stored inverted, so that a product is a mixture.
void cmyk_to_rgb(const uint8_t* from, uint8_t* to, int width) {
  const auto times = [](int ink, int black) {
    const int product = ink * black + 128;
    return static_cast<uint8_t>((product + (product >> 8)) >> 8);
  };
  for (int x = 0; x < width; x++, from += 4, to += kPixel) {
    for (int c = 0; c < 3; c++) to[c] = times(from[c], from[3]);
    to[3] = 255;
  }
}

/// Whether a stream ends as it should; some writers append bytes of their own.
bool has_end_marker(std::span<const uint8_t> data) {
  for (size_t i = data.size(); i-- > 1;) {
    if (data[i] == 0xd9 && data[i - 1] == 0xff) return true;
  }
  return false;
}

/// Whether libjpeg makes up what a progressive file has not brought: it then looks at neighbouring
/// blocks, also at those outside a box.
bool guesses(const jpeg_decompress_struct& decompress) {
  if (decompress.coef_bits == nullptr) return false;
  for (int component = 0; component < decompress.num_components; component++) {
    const int* missing = decompress.coef_bits[component];
    if (std::any_of(missing, missing + DCTSIZE2, [](int bits) { return bits != 0; })) return true;
  }
  return false;
}

}  // namespace

bool decodes_jpeg() { return true; }

struct JpegDecoder::State {
  jpeg_decompress_struct decompress{};
  JpegErrors errors{};
  std::span<const uint8_t> bytes;
  /// Decoded rows, wider than the box: libjpeg cuts at borders of blocks.
  std::vector<uint8_t> rows;

  bool create();
  bool read_header();
  bool start(const Box& box, int shrink, int& left);
  bool read_rows(const Box& box, int left, Pixels& out);
  bool read_everything();
  /// What follows the header that was read.
  std::span<const uint8_t> coded_data() const {
    return bytes.last(decompress.src->bytes_in_buffer);
  }
  [[noreturn]] void fail(const char* reason) {
    jpeg_abort_decompress(&decompress);
    throw PictureError(reason);
  }
  [[noreturn]] void fail_damaged(const char* detail) {
    fail(("the file is damaged (" + std::string(detail) + ")").c_str());
  }
};

bool JpegDecoder::State::create() {
  decompress.err = errors.start();
  if (setjmp(errors.leave)) return false;
  jpeg_create_decompress(&decompress);
  errors.limit_scans(decompress);
  return true;
}

bool JpegDecoder::State::read_header() {
  if (setjmp(errors.leave)) return false;
  jpeg_mem_src(&decompress, bytes.data(), bytes.size());
  jpeg_read_header(&decompress, TRUE);
  return true;
}

/// Readies the rows of the box; `left` becomes the column of the picture that decoded rows begin
/// with.
bool JpegDecoder::State::start(const Box& box, int shrink, int& left) {
  if (setjmp(errors.leave)) return false;
  decompress.dct_method = JDCT_ISLOW;
  decompress.do_fancy_upsampling = TRUE;
  decompress.scale_num = 1;
  decompress.scale_denom = shrink;
  const bool inks = decompress.num_components == 4;
  decompress.out_color_space = inks ? JCS_CMYK : JCS_EXT_RGBX;
  jpeg_start_decompress(&decompress);
  // Upsampled colour looks one pixel to each side, and beyond the border of what is decoded it sees
  // another pixel than in the whole picture.
  const int block = decompress.max_h_samp_factor * DCTSIZE / shrink;
  int from = std::max(0, box.left - 1);
  if (from > 0 && from % block == 0) from--;
  // And of less than two values of a row it makes no smooth ones.
  const int end = std::max(box.left + box.width + 1, from + block);
  const int to = std::min<int>(decompress.output_width, end);
  left = 0;
  if (!guesses(decompress) && (from > 0 || to < static_cast<int>(decompress.output_width))) {
    JDIMENSION offset = from;
    JDIMENSION width = to - from;
    jpeg_crop_scanline(&decompress, &offset, &width);
    left = static_cast<int>(offset);
  }
  // Once, and before the first row: skipping later leaves stale rows behind in some versions.
  if (box.top > 0) jpeg_skip_scanlines(&decompress, box.top);
  return true;
}

bool JpegDecoder::State::read_rows(const Box& box, int left, Pixels& out) {
  const bool inks = decompress.out_color_space == JCS_CMYK;
  const size_t stride = static_cast<size_t>(decompress.output_width) * 4;
  const size_t skipped = static_cast<size_t>(box.left - left) * 4;
  uint8_t* pointers[kRows];
  for (int i = 0; i < kRows; i++) pointers[i] = rows.data() + stride * i;
  if (setjmp(errors.leave)) return false;
  for (int y = 0; y < box.height;) {
    const int wanted = std::min(kRows, box.height - y);
    const int got = jpeg_read_scanlines(&decompress, pointers, wanted);
    for (int i = 0; i < got; i++, y++) {
      if (inks) {
        cmyk_to_rgb(pointers[i] + skipped, out.row(y), box.width);
      } else {
        std::memcpy(out.row(y), pointers[i] + skipped, out.stride());
      }
    }
  }
  return true;
}

/// At an eighth of the size only the first coefficient of each block is used, but all are read.
bool JpegDecoder::State::read_everything() {
  if (setjmp(errors.leave)) return false;
  decompress.scale_num = 1;
  decompress.scale_denom = DCTSIZE;
  decompress.do_fancy_upsampling = FALSE;
  decompress.out_color_space = decompress.jpeg_color_space;
  jpeg_start_decompress(&decompress);
  rows.resize(static_cast<size_t>(decompress.output_width) * decompress.output_components);
  uint8_t* row = rows.data();
  while (decompress.output_scanline < decompress.output_height) {
    jpeg_read_scanlines(&decompress, &row, 1);
  }
  jpeg_finish_decompress(&decompress);
  return true;
}

JpegDecoder::JpegDecoder() : state_(std::make_unique<State>()) {}

JpegDecoder::~JpegDecoder() { jpeg_destroy_decompress(&state_->decompress); }

JpegHeader JpegDecoder::open(std::span<const uint8_t> bytes) {
  State& state = *state_;
  // Begun anew: libjpeg would lend the tables of one picture to the next that has none.
  jpeg_destroy_decompress(&state.decompress);
  if (!state.create()) throw PictureError(state.errors.message);
  state.bytes = bytes;
  if (!state.read_header()) state.fail_damaged(state.errors.message);
  return {static_cast<int>(state.decompress.image_width),
          static_cast<int>(state.decompress.image_height)};
}

void JpegDecoder::read(const Box& box, Pixels& out, int shrink) {
  State& state = *state_;
  // Damage below the box would go unseen; that the end is missing is the most common kind.
  if (!has_end_marker(state.coded_data())) state.fail("the file is truncated");
  out.reshape(box.width, box.height);
  int left = 0;
  if (!state.start(box, shrink, left)) state.fail_damaged(state.errors.message);
  const size_t stride = static_cast<size_t>(state.decompress.output_width) * 4;
  if (state.rows.size() < stride * kRows) state.rows.resize(stride * kRows);
  if (!state.read_rows(box, left, out)) state.fail_damaged(state.errors.message);
  if (state.errors.base.num_warnings > 0) state.fail_damaged(state.errors.warning);
  // Rows below the box are not touched.
  jpeg_abort_decompress(&state.decompress);
}

void JpegDecoder::verify() {
  State& state = *state_;
  if (!has_end_marker(state.coded_data())) state.fail("the file is truncated");
  if (!state.read_everything()) state.fail_damaged(state.errors.message);
  if (state.errors.base.num_warnings > 0) state.fail_damaged(state.errors.warning);
}

}  // namespace node_libtorch::image

#endif
