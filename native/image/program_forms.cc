#include "image/program_forms.h"

#include <cmath>
#include <stdexcept>

namespace node_libtorch::image {

namespace {

using Draws = Form::Draws;

/// In the order of Operation.
constexpr Form kForms[] = {
    {2, Draws::kNever},            // kResizeShorter
    {2, Draws::kNever},            // kResize
    {4, Draws::kNever},            // kCrop
    {2, Draws::kNever},            // kCenterCrop
    {6, Draws::kAlways},           // kRandomResizedCrop
    {1, Draws::kWithProbability},  // kFlipX
    {1, Draws::kWithProbability},  // kFlipY
    {1, Draws::kNever},            // kBrightness
    {1, Draws::kNever},            // kContrast
    {1, Draws::kNever},            // kSaturation
    {1, Draws::kNever},            // kHue
    {12, Draws::kAlways},          // kColorJitter
    {0, Draws::kNever},            // kGrayscale
    {1, Draws::kNever},            // kToFloat
    {6, Draws::kNever},            // kNormalize
    {8, Draws::kNever},            // kPad
    {11, Draws::kAlways},          // kRandomCrop
    {1, Draws::kAlways},           // kRandomGrayscale
    {8, Draws::kAlways},           // kRandomErasing
    {1, Draws::kWithProbability},  // kInvert
    {2, Draws::kWithProbability},  // kSolarize
    {2, Draws::kWithProbability},  // kPosterize
    {1, Draws::kWithProbability},  // kAutocontrast
    {1, Draws::kWithProbability},  // kEqualize
    {2, Draws::kWithProbability},  // kSharpness
};
constexpr int kOperations = static_cast<int>(std::size(kForms));
static_assert(kOperations == static_cast<int>(Operation::kSharpness));

void expect(bool holds, const char* otherwise) {
  if (!holds) throw std::invalid_argument(otherwise);
}

/// The mode and fill from the value `i` on.
void check_border(const Step& step, int i) {
  const double mode = step.values[i];
  expect(mode >= 0 && mode <= static_cast<int>(Border::Mode::kSymmetric),
         "a border that does not exist");
  for (int c = 1; c <= 3; c++) {
    const double fill = step.values[i + c];
    expect(fill >= 0 && fill <= 255, "a fill that is no byte");
  }
}

}  // namespace

Operation operation_of(double number) {
  expect(number >= 1 && number <= kOperations, "an operation that does not exist");
  return static_cast<Operation>(static_cast<int>(number));
}

const Form& form_of(Operation operation) { return kForms[static_cast<int>(operation) - 1]; }

bool draws(const Step& step) {
  const Draws draws = form_of(step.operation).draws;
  return draws == Draws::kAlways || (draws == Draws::kWithProbability && step.values[0] >= 0);
}

void check(const Step& step) {
  constexpr double kMost = 1 << 24;
  for (const double value : step.values) {
    expect(std::abs(value) <= kMost, "a number out of range");
  }
  const auto at_least_one = [&](int i) { expect(step.values[i] >= 1, "a size below 1"); };
  switch (step.operation) {
    case Operation::kCrop:
      at_least_one(2), at_least_one(3);
      break;
    case Operation::kPad:
      check_border(step, 4);
      break;
    case Operation::kRandomCrop:
      at_least_one(0), at_least_one(1);
      check_border(step, 6);
      break;
    case Operation::kResize:
    case Operation::kCenterCrop:
    case Operation::kRandomResizedCrop:
      at_least_one(1);
      [[fallthrough]];
    case Operation::kResizeShorter:
      at_least_one(0);
      break;
    case Operation::kToFloat:
      expect(step.values[0] >= 0 && step.values[0] <= static_cast<int>(Scale::kAsIs),
             "a scale that does not exist");
      break;
    case Operation::kPosterize:
      expect(step.values[1] >= 0 && step.values[1] <= 8, "bits that a byte does not have");
      break;
    default:
      break;
  }
}

}  // namespace node_libtorch::image
