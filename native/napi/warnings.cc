#include "napi/warnings.h"

#include <c10/util/Exception.h>

#include <string>
#include <utility>
#include <vector>

namespace node_libtorch {
namespace {

thread_local std::vector<std::string> collected;

// A loop that warns at each step would otherwise fill the list before JS sees it.
constexpr size_t kMaxCollected = 64;

class Collector final : public c10::WarningHandler {
 public:
  void process(const c10::Warning& warning) override {
    if (collected.size() < kMaxCollected) collected.push_back(warning.msg());
  }
};

}  // namespace

void catch_warnings() {
  static auto* collector = new Collector;
  c10::WarningUtils::set_warning_handler(collector);
}

std::vector<std::string> take_warnings() { return std::exchange(collected, {}); }

void emit_warnings(Addon& addon) {
  if (collected.empty() || addon.warn.IsEmpty()) return;
  emit_warnings(addon, take_warnings());
}

void emit_warnings(Addon& addon, const std::vector<std::string>& messages) {
  for (const auto& message : messages) {
    addon.warn.Call({Napi::String::New(addon.env, message)});
  }
}

}  // namespace node_libtorch
