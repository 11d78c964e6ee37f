// How long the stages of making samples take.

#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace node_libtorch::image {

/// What a thread that makes a sample may be at; the order is part of what JS gets.
enum class Stage : uint8_t { kRead, kDecode, kResize, kColour, kWrite };

/// Nanoseconds of each stage.
using Times = std::array<uint64_t, 5>;

/// Counts the time of one thread towards the stage it is at.
class Stopwatch {
 public:
  void start(Stage stage) {
    times_ = {};
    stage_ = stage;
    since_ = now();
  }
  /// @returns the stage before
  Stage enter(Stage stage) {
    const uint64_t time = now();
    times_[static_cast<size_t>(stage_)] += time - since_;
    since_ = time;
    const Stage before = stage_;
    stage_ = stage;
    return before;
  }
  /// The times since the start.
  const Times& stop() {
    enter(stage_);
    return times_;
  }

 private:
  static uint64_t now() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }

  Times times_{};
  Stage stage_ = Stage::kRead;
  uint64_t since_ = 0;
};

/// A stage until the end of the scope.
class InStage {
 public:
  InStage(Stopwatch& watch, Stage stage) : watch_(watch), before_(watch.enter(stage)) {}
  ~InStage() { watch_.enter(before_); }
  InStage(const InStage&) = delete;
  InStage& operator=(const InStage&) = delete;

 private:
  Stopwatch& watch_;
  Stage before_;
};

}  // namespace node_libtorch::image
