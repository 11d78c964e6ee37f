#include "corpus.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include <jpeglib.h>

#include "random.h"

namespace torture {

namespace {

struct Sampling {
  int h;
  int v;
};

enum class Coding { kBaseline, kProgressive, kArithmetic, kSeparateScans };

struct Recipe {
  int width;
  int height;
  J_COLOR_SPACE space;
  Sampling sampling;
  Coding coding;
  /// MCUs between restart markers, or 0.
  unsigned restart;
  bool extra;
};

/// Blocks of which one unit of an interleaved scan may consist.
constexpr int kMostBlocks = 10;

int channels_of(J_COLOR_SPACE space) {
  if (space == JCS_GRAYSCALE) return 1;
  return space == JCS_CMYK || space == JCS_YCCK ? 4 : 3;
}

void use_separate_scans(jpeg_compress_struct& compress, std::vector<jpeg_scan_info>& scans) {
  for (int component = 0; component < compress.num_components; component++) {
    jpeg_scan_info scan{};
    scan.comps_in_scan = 1;
    scan.component_index[0] = component;
    scan.Se = DCTSIZE2 - 1;
    scans.push_back(scan);
  }
  compress.scan_info = scans.data();
  compress.num_scans = static_cast<int>(scans.size());
}

/// A picture in a picture, whose markers are not the file's; and a comment.
void write_extras(jpeg_compress_struct& compress, const Bytes& thumbnail) {
  Bytes exif{'E', 'x', 'i', 'f', 0, 0, 'I', 'I', 42, 0, 8, 0, 0, 0, 0, 0};
  exif.insert(exif.end(), thumbnail.begin(), thumbnail.end());
  jpeg_write_marker(&compress, JPEG_APP0 + 1, exif.data(), static_cast<unsigned>(exif.size()));
  const Bytes comment{0xff, 0xd9, 0xff, 0xd8, 0xff};
  jpeg_write_marker(&compress, JPEG_COM, comment.data(), static_cast<unsigned>(comment.size()));
}

Bytes encode(const Recipe& recipe, Random& random, const Bytes& thumbnail) {
  jpeg_compress_struct compress{};
  jpeg_error_mgr errors{};
  compress.err = jpeg_std_error(&errors);
  jpeg_create_compress(&compress);
  unsigned char* file = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&compress, &file, &size);
  compress.image_width = static_cast<JDIMENSION>(recipe.width);
  compress.image_height = static_cast<JDIMENSION>(recipe.height);
  const int channels = channels_of(recipe.space);
  compress.input_components = channels;
  compress.in_color_space = recipe.space == JCS_GRAYSCALE ? JCS_GRAYSCALE
                            : channels == 4               ? JCS_CMYK
                                                          : JCS_RGB;
  jpeg_set_defaults(&compress);
  jpeg_set_colorspace(&compress, recipe.space);
  jpeg_set_quality(&compress, random.pick({40, 75, 90, 98}), TRUE);
  compress.comp_info[0].h_samp_factor = recipe.sampling.h;
  compress.comp_info[0].v_samp_factor = recipe.sampling.v;
  if (recipe.space == JCS_YCCK) {
    compress.comp_info[3].h_samp_factor = recipe.sampling.h;
    compress.comp_info[3].v_samp_factor = recipe.sampling.v;
  }
  compress.restart_interval = recipe.restart;
  std::vector<jpeg_scan_info> scans;
  if (recipe.coding == Coding::kProgressive) jpeg_simple_progression(&compress);
  if (recipe.coding == Coding::kArithmetic) compress.arith_code = TRUE;
  if (recipe.coding == Coding::kSeparateScans) use_separate_scans(compress, scans);
  jpeg_start_compress(&compress, TRUE);
  if (recipe.extra) write_extras(compress, thumbnail);
  Bytes row(static_cast<size_t>(recipe.width) * channels);
  for (int y = 0; y < recipe.height; y++) {
    for (size_t i = 0; i < row.size(); i++) {
      row[i] =
          static_cast<uint8_t>(5 * i + 11 * y + 31 * ((i / 24 + y / 8) % 3) + random.below(24));
    }
    JSAMPROW rows[1] = {row.data()};
    jpeg_write_scanlines(&compress, rows, 1);
  }
  jpeg_finish_compress(&compress);
  jpeg_destroy_compress(&compress);
  Bytes bytes(file, file + size);
  std::free(file);
  return bytes;
}

/// Whether all components fit into one scan: the first one, and black, have the sampling given.
bool can_interleave(const Recipe& recipe) {
  const int blocks = recipe.sampling.h * recipe.sampling.v;
  const int others = channels_of(recipe.space) - 1;
  return (recipe.space == JCS_YCCK ? 2 * blocks + 2 : blocks + others) <= kMostBlocks;
}

std::string name_of(const Recipe& recipe) {
  constexpr const char* kCodings[] = {"baseline", "progressive", "arithmetic", "separate scans"};
  return std::to_string(recipe.width) + "x" + std::to_string(recipe.height) + ", " +
         std::to_string(channels_of(recipe.space)) + " channels, sampling " +
         std::to_string(recipe.sampling.h) + "x" + std::to_string(recipe.sampling.v) + ", " +
         kCodings[static_cast<int>(recipe.coding)] + ", restart " + std::to_string(recipe.restart);
}

}  // namespace

std::vector<Picture> make_corpus() {
  constexpr std::pair<int, int> kSizes[] = {{1, 1},   {1, 40},  {40, 1},  {8, 8},
                                            {17, 33}, {32, 32}, {61, 47}, {96, 40}};
  constexpr Sampling kSamplings[] = {{1, 1}, {2, 2}, {2, 1}, {1, 2}, {4, 1}, {1, 4}, {4, 2}};
  constexpr J_COLOR_SPACE kSpaces[] = {JCS_YCbCr, JCS_YCbCr, JCS_YCbCr,     JCS_RGB,
                                       JCS_CMYK,  JCS_YCCK,  JCS_GRAYSCALE, JCS_YCbCr};
  constexpr Coding kCodings[] = {Coding::kBaseline, Coding::kProgressive, Coding::kBaseline,
                                 Coding::kSeparateScans, Coding::kArithmetic};
  Random random(1);
  const Bytes thumbnail =
      encode({8, 8, JCS_YCbCr, {1, 1}, Coding::kBaseline, 0, false}, random, {});
  std::vector<Picture> corpus;
  // The counts have no common factor, so that every pair of properties occurs.
  for (size_t i = 0; i < 280; i++) {
    const auto [width, height] = kSizes[i % std::size(kSizes)];
    const Recipe recipe{width,
                        height,
                        kSpaces[i / 8 % std::size(kSpaces)],
                        kSamplings[i % std::size(kSamplings)],
                        kCodings[i % std::size(kCodings)],
                        i % 3 == 0 ? 1 + static_cast<unsigned>(i % 4) : 0,
                        i % 11 == 0};
    if (!can_interleave(recipe)) continue;
    corpus.push_back({name_of(recipe), encode(recipe, random, thumbnail)});
  }
  return corpus;
}

}  // namespace torture
