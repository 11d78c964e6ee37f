// State of one env (the main thread or one worker) and the table of exported functions.
#pragma once

#include <ATen/core/ivalue.h>
#include <napi.h>

#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "napi/budget.h"
#include "napi/ledger.h"
#include "napi/reference.h"

namespace node_libtorch {

class Operator;
class Call;

/// One exported function.
struct Export {
  const char* name;
  napi_value (*function)(Call&);
};

/// Number of doubles in the frame: the arguments of one operator call, or the shape of one tensor.
constexpr size_t kFrameLength = 1 << 16;
/// Words behind the frame in which native code answers with shapes and strides.
constexpr size_t kReplyLength = 128;

/// Everything that belongs to one env. Reached through the data pointer of each exported function.
struct Addon {
  explicit Addon(napi_env env);
  ~Addon();
  Addon(const Addon&) = delete;
  Addon& operator=(const Addon&) = delete;

  napi_env env;
  const std::thread::id thread = std::this_thread::get_id();
  Ledger* ledger;
  std::shared_ptr<ReleaseQueue> releases = std::make_shared<ReleaseQueue>();

  /// Scratch memory that JS sees as one Float64Array: numbers cross in it without a Node-API call
  /// each.
  double* frame = nullptr;
  double* reply() const { return frame + kFrameLength; }
  std::vector<double> frame_storage;
  napi_ref frame_buffer = nullptr;

  /// Operators by the small integer that JS keeps for them.
  std::deque<Operator> operators;
  std::unordered_map<std::string, int32_t> operator_ids;

  /// Memory of the last operator's stack, for the next.
  std::vector<c10::IValue> spare_stack;

  /// Calls from JS so far.
  uint64_t entries = 0;

  /// The operator now running: the first word of the message if it throws. Null outside.
  const char* running = nullptr;

  /// Our error classes, the function that runs the forward of a TypeScript module, and the one that
  /// takes warnings; set by attach.
  Napi::ObjectReference errors;
  Napi::FunctionReference run_forward;
  Napi::FunctionReference warn;

  /// Collects garbage for the budgets of memory.
  GarbageCollector collector;

  /// Data pointers of the exported functions.
  std::vector<std::shared_ptr<void>> bindings;
};

/// Adds the functions of a table to `exports`.
void add_exports(Addon& addon, Napi::Object exports, const Export* begin, const Export* end);

template <size_t N>
void add_exports(Addon& addon, Napi::Object exports, const Export (&table)[N]) {
  add_exports(addon, exports, table, table + N);
}

}  // namespace node_libtorch
