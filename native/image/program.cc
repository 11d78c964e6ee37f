#include "image/program.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

#include "image/program_forms.h"
#include "image/random_box.h"
#include "image/rounding.h"
#include "image/sharpness.h"
#include "image/tone.h"

namespace node_libtorch::image {

namespace {

/// Where a window of `size` in the middle of `length` begins; before 0 if it is the larger one.
int centered(int length, int size) {
  return size > length ? -((size - length) / 2) : rounded((length - size) / 2.0);
}

void resize_shorter(Canvas& canvas, int size, int longest) {
  const bool upright = canvas.width() <= canvas.height();
  const int64_t shorter = upright ? canvas.width() : canvas.height();
  const int64_t longer = upright ? canvas.height() : canvas.width();
  int64_t new_shorter = size;
  int64_t new_longer = size * longer / shorter;
  if (longest > 0 && new_longer > longest) {
    new_shorter = longest * new_shorter / new_longer;
    new_longer = longest;
  }
  constexpr int64_t kMostPixels = int64_t{1} << 28;
  if (new_shorter < 1 || new_longer > kMostPixels / new_shorter) {
    const std::string sides = std::to_string(new_shorter) + " x " + std::to_string(new_longer);
    throw PictureError("it would be resized to sides of " + sides + " pixels");
  }
  const int first = static_cast<int>(new_shorter);
  const int second = static_cast<int>(new_longer);
  canvas.resize(upright ? first : second, upright ? second : first);
}

void adjust(Canvas& canvas, int which, double factor) {
  canvas.change([&](auto& pixels) {
    switch (which) {
      case 0:
        return adjust_brightness(pixels, factor);
      case 1:
        return adjust_contrast(pixels, factor);
      case 2:
        return adjust_saturation(pixels, factor);
      default:
        return adjust_hue(pixels, factor);
    }
  });
}

/// torchvision's ColorJitter: an order of all four changes, then the factors of those that are
/// wanted.
void jitter(Canvas& canvas, const std::array<double, 12>& values, KeyedRandom& random) {
  std::array<int, 4> order{0, 1, 2, 3};
  for (int last = 3; last > 0; last--) std::swap(order[last], order[random.integer(last + 1)]);
  std::array<double, 4> factors{};
  for (int i = 0; i < 4; i++) {
    if (values[i * 3] != 0) factors[i] = random.uniform(values[i * 3 + 1], values[i * 3 + 2]);
  }
  for (const int which : order) {
    if (values[which * 3] != 0) adjust(canvas, which, factors[which]);
  }
}

/// Left, top, right, bottom, mode and fill from the value `i` on.
struct Padding {
  int left, top, right, bottom;
  Border border;

  Padding(const std::array<double, 12>& values, size_t i)
      : left(static_cast<int>(values[i])),
        top(static_cast<int>(values[i + 1])),
        right(static_cast<int>(values[i + 2])),
        bottom(static_cast<int>(values[i + 3])),
        border{static_cast<Border::Mode>(static_cast<int>(values[i + 4])),
               {static_cast<float>(values[i + 5]), static_cast<float>(values[i + 6]),
                static_cast<float>(values[i + 7])}} {}
};

void pad(Canvas& canvas, const std::array<double, 12>& values) {
  const Padding by(values, 0);
  canvas.crop({-by.left, -by.top, canvas.width() + by.left + by.right,
               canvas.height() + by.top + by.bottom},
              by.border);
}

/// torchvision's RandomCrop. Where the box fits but one way nothing is drawn, as there.
void random_crop(Canvas& canvas, const std::array<double, 12>& values, KeyedRandom& random) {
  const int height = static_cast<int>(values[0]);
  const int width = static_cast<int>(values[1]);
  Padding by(values, 2);
  int rows = canvas.height() + by.top + by.bottom;
  int columns = canvas.width() + by.left + by.right;
  if (values[10] != 0) {
    const int down = std::max(height - rows, 0);
    const int across = std::max(width - columns, 0);
    by.top += down, rows += 2 * down;
    by.left += across, columns += 2 * across;
  }
  if (rows < height || columns < width) {
    throw PictureError("it is " + std::to_string(rows) + " x " + std::to_string(columns) +
                       " pixels with its padding, too small to cut " + std::to_string(height) +
                       " x " + std::to_string(width) + " out");
  }
  const int top = rows > height ? random.integer(rows - height + 1) : 0;
  const int left = columns > width ? random.integer(columns - width + 1) : 0;
  canvas.crop({left - by.left, top - by.top, width, height}, by.border);
}

bool happens(double probability, KeyedRandom& random) {
  return probability < 0 || random.uniform(0, 1) < probability;
}

}  // namespace

Program::Program(std::span<const double> numbers) {
  uint32_t streams = 0;
  for (size_t i = 0; i < numbers.size();) {
    Step step{operation_of(numbers[i++]), streams, {}};
    const size_t count = form_of(step.operation).values;
    if (numbers.size() - i < count) throw std::invalid_argument("a program that breaks off");
    std::copy_n(numbers.begin() + i, count, step.values.begin());
    check(step);
    i += count;
    if (draws(step)) streams++;
    steps_.push_back(step);
  }
}

void Program::run(Canvas& canvas, const RandomKey& key) const {
  for (const Step& step : steps_) {
    KeyedRandom random(key, step.stream);
    const auto& values = step.values;
    const auto whole = [&](int i) { return static_cast<int>(values[i]); };
    const auto number = [&](int i) { return static_cast<float>(values[i]); };
    const auto change_perhaps = [&](auto&& change) {
      if (happens(values[0], random)) canvas.change(change);
    };
    const auto range = [&](int i) { return Range{values[i], values[i + 1]}; };
    switch (step.operation) {
      case Operation::kResizeShorter:
        resize_shorter(canvas, whole(0), whole(1));
        break;
      case Operation::kResize:
        canvas.resize(whole(1), whole(0));
        break;
      case Operation::kCrop:
        canvas.crop({whole(1), whole(0), whole(3), whole(2)});
        break;
      case Operation::kCenterCrop:
        canvas.crop({centered(canvas.width(), whole(1)), centered(canvas.height(), whole(0)),
                     whole(1), whole(0)});
        break;
      case Operation::kRandomResizedCrop:
        canvas.crop(random_box(canvas.width(), canvas.height(), range(2), range(4), random));
        canvas.resize(whole(1), whole(0));
        break;
      case Operation::kFlipX:
        if (happens(values[0], random)) canvas.flip_horizontally();
        break;
      case Operation::kFlipY:
        if (happens(values[0], random)) canvas.flip_vertically();
        break;
      case Operation::kBrightness:
        adjust(canvas, 0, values[0]);
        break;
      case Operation::kContrast:
        adjust(canvas, 1, values[0]);
        break;
      case Operation::kSaturation:
        adjust(canvas, 2, values[0]);
        break;
      case Operation::kHue:
        adjust(canvas, 3, values[0]);
        break;
      case Operation::kColorJitter:
        jitter(canvas, values, random);
        break;
      case Operation::kGrayscale:
        canvas.change([](auto& pixels) { to_grayscale(pixels); });
        break;
      case Operation::kPad:
        pad(canvas, values);
        break;
      case Operation::kRandomCrop:
        random_crop(canvas, values, random);
        break;
      case Operation::kRandomGrayscale:
        change_perhaps([](auto& pixels) { to_grayscale(pixels); });
        break;
      case Operation::kRandomErasing: {
        if (!happens(values[0], random)) break;
        const auto box =
            random_erased_box(canvas.width(), canvas.height(), range(1), range(3), random);
        if (box) canvas.erase({*box, {number(5), number(6), number(7)}});
        break;
      }
      case Operation::kInvert:
        change_perhaps([](auto& pixels) { invert(pixels); });
        break;
      case Operation::kSolarize:
        change_perhaps([&](auto& pixels) { solarize(pixels, number(1)); });
        break;
      case Operation::kPosterize:
        change_perhaps([&](auto& pixels) { posterize(pixels, whole(1)); });
        break;
      case Operation::kAutocontrast:
        change_perhaps([](auto& pixels) { autocontrast(pixels); });
        break;
      case Operation::kEqualize:
        change_perhaps([](auto& pixels) { equalize(pixels); });
        break;
      case Operation::kSharpness:
        change_perhaps([&](auto& pixels) { adjust_sharpness(pixels, values[1]); });
        break;
      case Operation::kToFloat:
        canvas.to_float(static_cast<Scale>(whole(0)));
        break;
      case Operation::kNormalize:
        canvas.normalize({number(0), number(1), number(2)}, {number(3), number(4), number(5)});
        break;
    }
  }
}

}  // namespace node_libtorch::image
