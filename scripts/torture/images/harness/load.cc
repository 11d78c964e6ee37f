#include "load.h"

#include <memory>
#include <span>
#include <type_traits>
#include <vector>

#include "file.h"
#include "image/erase.h"
#include "image/output.h"
#include "image/program.h"

namespace torture {

namespace {

using node_libtorch::image::best_output_kernels;
using node_libtorch::image::erase;
using node_libtorch::image::Origin;
using node_libtorch::image::Patch;
using node_libtorch::image::PictureError;
using node_libtorch::image::Program;
using node_libtorch::image::Raster;
using node_libtorch::image::Source;
using node_libtorch::image::Strides;
using node_libtorch::image::Values;
using node_libtorch::image::Workspace;

std::vector<double> random_program(Random& random) {
  std::vector<double> program;
  const auto size = [&] { return static_cast<double>(random.between(1, 48)); };
  const auto factor = [&] { return 2 * random.unit(); };
  for (size_t count = random.below(6); count > 0; count--) {
    const int operation = random.between(1, 25);
    program.push_back(operation);
    switch (operation) {
      case 1:
        program.insert(program.end(), {size(), random.one_in(2) ? 0 : 48 + size()});
        break;
      case 2:
      case 4:
        program.insert(program.end(), {size(), size()});
        break;
      case 3:
        program.insert(program.end(), {size() - 16, size() - 16, size(), size()});
        break;
      case 5:
        program.insert(program.end(),
                       {size(), size(), random.unit(), 1, 0.75 * random.unit(), 4. / 3});
        break;
      case 6:
      case 7:
      case 20:
      case 23:
      case 24:
        program.push_back(random.one_in(2) ? -1 : random.unit());
        break;
      case 11:
        program.push_back(random.unit() - 0.5);
        break;
      case 12:
        for (int i = 0; i < 3; i++)
          program.insert(program.end(), {1, 0.5 * factor(), 1 + factor()});
        program.insert(program.end(), {1, -0.5, 0.5});
        break;
      case 13:
        break;
      case 16:
      case 17:
        if (operation == 17) program.insert(program.end(), {size(), size()});
        for (int i = 0; i < 4; i++) program.push_back(size() - 1);
        program.push_back(random.between(0, 3));
        for (int i = 0; i < 3; i++) program.push_back(random.between(0, 255));
        if (operation == 17) program.push_back(random.between(0, 1));
        break;
      case 18:
        program.push_back(random.unit());
        break;
      case 19:
        program.insert(program.end(), {0.8, 0.02 * random.unit(), 0.02 + random.unit(), 0.3, 3.3});
        for (int i = 0; i < 3; i++) program.push_back(1000 * random.unit() - 300);
        break;
      case 21:
        program.push_back(random.one_in(2) ? -1 : random.unit());
        program.push_back((random.one_in(2) ? 1 : 300) * random.unit());
        break;
      case 22:
        program.push_back(random.one_in(2) ? -1 : random.unit());
        program.push_back(random.between(0, 8));
        break;
      case 25:
        program.push_back(random.one_in(2) ? -1 : random.unit());
        program.push_back(20 * random.unit() - 5);
        break;
      case 14:
        program.push_back(random.between(0, 2));
        break;
      case 15:
        for (int i = 0; i < 3; i++) program.push_back(random.unit());
        for (int i = 0; i < 3; i++) program.push_back(0.1 + random.unit());
        break;
      default:
        program.push_back(factor());
    }
  }
  return program;
}

/// Row by row into memory of exactly the size, channels first or last.
template <class From, class To, class WriteRow>
void write_rows(const Raster<From>& pixels, std::span<const Patch> patches, bool channels_last,
                WriteRow&& write_row) {
  const int64_t width = pixels.width();
  const int64_t height = pixels.height();
  const std::unique_ptr<To[]> out(new To[3 * width * height]);
  const Strides strides =
      channels_last ? Strides{1, 3 * width, 3} : Strides{width * height, width, 1};
  for (int y = 0; y < height; y++) write_row(pixels.row(y), strides, out.get() + strides.row * y);
  for (const Patch& patch : patches) erase(patch, strides, out.get());
}

template <class From>
void write(const Raster<From>& pixels, const Values* values, std::span<const Patch> patches,
           Random& random) {
  const auto& kernels = best_output_kernels();
  const bool channels_last = random.one_in(2);
  if (values == nullptr) {
    if constexpr (std::is_same_v<From, uint8_t>) {
      write_rows<From, uint8_t>(pixels, patches, channels_last,
                                [&](auto from, auto& strides, auto to) {
                                  kernels.bytes(from, pixels.width(), strides, to);
                                });
    }
    return;
  }
  const auto write_as = [&]<class To>(const To* type) {
    write_rows<From, To>(pixels, patches, channels_last, [&](auto from, auto& strides, auto to) {
      kernels.writer(from, type)(from, pixels.width(), *values, strides, to);
    });
  };
  if (random.one_in(2)) {
    write_as(static_cast<const float*>(nullptr));
  } else {
    write_as(static_cast<const c10::BFloat16*>(nullptr));
  }
}

}  // namespace

bool load(Workspace& workspace, const Origin& origin, Random& random) {
  const std::vector<double> numbers = random_program(random);
  try {
    const std::unique_ptr<Source> source = origin.open(workspace, kLimits);
    if (source == nullptr) return false;
    workspace.canvas.open(*source);
    Program(numbers).run(workspace.canvas,
                         {random.next(), 3, static_cast<uint32_t>(random.next())});
    workspace.canvas.finish([&](const auto& pixels, const Values* values, const auto& patches) {
      write(pixels, values, patches, random);
    });
    return true;
  } catch (const PictureError&) {
    return false;
  }
}

}  // namespace torture
