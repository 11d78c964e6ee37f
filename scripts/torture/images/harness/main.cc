// Feeds damaged JPEG files and packs to the native image code, stand-alone, so that it and libjpeg
// can be compiled with sanitizers.
//
//   harness COUNT FIRST_SEED FOLDER
//
// Besides what the sanitizers see: what a damaged file decodes to may depend neither on the box
// that is read nor on the files before it, a file in tiles has the pixels of the file, and nothing
// may take long. FOLDER is for temporary files.

#include <sanitizer/common_interface_defs.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "corpus.h"
#include "exact.h"
#include "file.h"
#include "image/exif.h"
#include "image/origin.h"
#include "image/pack_origin.h"
#include "image/tiler.h"
#include "image/workspace.h"
#include "load.h"
#include "mutate.h"
#include "packs.h"
#include "random.h"

namespace torture {

namespace {

using node_libtorch::image::exif_orientation;
using node_libtorch::image::is_jpeg;
using node_libtorch::image::JpegSource;
using node_libtorch::image::JpegTiler;
using node_libtorch::image::Limits;
using node_libtorch::image::Origin;
using node_libtorch::image::Pack;
using node_libtorch::image::PackError;
using node_libtorch::image::PackOrigin;
using node_libtorch::image::PictureError;
using node_libtorch::image::Source;
using node_libtorch::image::TiledFile;
using node_libtorch::image::Workspace;

/// Seconds for one file before the process is ended.
constexpr unsigned kMostSeconds = 30;
/// One file in so many is one that nothing was done to; and is put into a damaged pack.
constexpr size_t kWhole = 50;
constexpr size_t kPacked = 4;

uint64_t current = 0;

void print_seed() {
  std::fprintf(stderr, "harness: at seed %llu\n", static_cast<unsigned long long>(current));
}

/// A JPEG file in memory.
class MemoryOrigin : public Origin {
 public:
  explicit MemoryOrigin(const File& file) : file_(file) {}
  std::unique_ptr<Source> open(Workspace& workspace, const Limits& limits) const override {
    if (!is_jpeg(file_.bytes())) return nullptr;
    return std::make_unique<JpegSource>(workspace.jpeg, file_.bytes(), limits);
  }

 private:
  const File& file_;
};

struct Report {
  int decoded = 0;
  int refused = 0;
  int tiled = 0;
  int packs = 0;
  double slowest = 0;
};

struct Machine {
  std::vector<Picture> corpus = make_corpus();
  Workspace workspace;
  JpegTiler tiler;
  /// Where damaged packs are written.
  std::string pack;
  Report report;
};

std::optional<TiledFile> tile(JpegTiler& tiler, const File& file) {
  try {
    return tiler.tile(file.bytes(), kLimits);
  } catch (const PictureError&) {
    return std::nullopt;
  }
}

void read_damaged_pack(Machine& machine, const TiledFile& tiled, Random& random) {
  write_damaged_pack(machine.pack, tiled, random);
  try {
    const auto pack = Pack::open(machine.pack);
    for (size_t i = 0; i < pack->classes(); i++) pack->class_name(i);
    for (size_t i = 0; i < pack->size(); i++) {
      pack->name(i);
      load(machine.workspace, PackOrigin(pack, i), random);
      load(machine.workspace, PackOrigin(pack, i), random);
    }
  } catch (const PackError&) {
    return;
  }
  machine.report.packs++;
}

void run_one(Machine& machine) {
  Random random(current);
  const Bytes& whole = machine.corpus[random.below(machine.corpus.size())].bytes;
  const Bytes& other = machine.corpus[random.below(machine.corpus.size())].bytes;
  const File file(random.one_in(kWhole) ? whole : mutate(whole, other, random));
  const std::clock_t begun = std::clock();
  alarm(kMostSeconds);
  exif_orientation(file.bytes());
  Report& report = machine.report;
  const bool decoded = load(machine.workspace, MemoryOrigin(file), random);
  (decoded ? report.decoded : report.refused)++;
  check_boxes(machine.workspace.jpeg, file, random);
  const auto tiled = tile(machine.tiler, file);
  JpegTiler fresh;
  const auto again = tile(fresh, file);
  if (tiled.has_value() != again.has_value() || (tiled && tiled->bytes != again->bytes)) {
    throw Difference("the tiles of a file depend on those before");
  }
  if (tiled) {
    report.tiled++;
    check_tiles(machine.workspace.jpeg, file, *tiled, random);
    if (random.one_in(kPacked)) read_damaged_pack(machine, *tiled, random);
  }
  alarm(0);
  const double took = static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
  report.slowest = std::max(report.slowest, took);
}

int run(uint64_t count, uint64_t first, const std::string& folder) {
  __sanitizer_set_death_callback(print_seed);
  std::signal(SIGALRM, [](int) {
    print_seed();
    std::_Exit(1);
  });
  Machine machine;
  machine.pack = folder + "/damaged.pack";
  try {
    for (current = first; current < first + count; current++) run_one(machine);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    print_seed();
    return 1;
  }
  const Report& report = machine.report;
  std::printf(
      "%llu damaged files: %d decoded, %d refused; %d tiled; %d damaged packs opened; "
      "slowest %.0f ms\n",
      static_cast<unsigned long long>(count), report.decoded, report.refused, report.tiled,
      report.packs, report.slowest * 1000);
  return 0;
}

}  // namespace

}  // namespace torture

int main(int count, char** arguments) {
  if (count != 4) return 2;
  return torture::run(std::strtoull(arguments[1], nullptr, 10),
                      std::strtoull(arguments[2], nullptr, 10), arguments[3]);
}
