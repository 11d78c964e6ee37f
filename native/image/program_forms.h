// What follows the number of each operation in a program, and which numbers are refused.

#pragma once

#include "image/program.h"

namespace node_libtorch::image {

struct Form {
  enum class Draws {
    kNever,
    kAlways,
    /// Unless the first value, a probability, is negative.
    kWithProbability,
  };
  /// Numbers that follow.
  int values;
  Draws draws;
};

/// @throws std::invalid_argument for a number that is no operation
Operation operation_of(double number);

const Form& form_of(Operation operation);

/// Whether a step takes a stream of random numbers.
bool draws(const Step& step);

/// Sizes and places that no arithmetic on them leaves the range of int.
/// @throws std::invalid_argument for others
void check(const Step& step);

}  // namespace node_libtorch::image
