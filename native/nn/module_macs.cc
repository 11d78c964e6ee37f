// Multiply-adds of what runs on this thread, counted from the real shapes of the operators: native
// layers, functional code and TypeScript alike. For nn.summary.
#include "nn/module_macs.h"

#include <ATen/core/ivalue.h>
#include <ATen/record_function.h>

#include <string_view>
#include <unordered_map>

#include "napi/call.h"

namespace node_libtorch {
namespace {

using Values = c10::ArrayRef<const c10::IValue>;

/// Product of two matrices, or of as many pairs of them as the last one holds.
template <size_t First>
double product(Values values) {
  const at::Tensor& a = values[First].toTensor();
  const at::Tensor& b = values[First + 1].toTensor();
  if (b.dim() < 2) return static_cast<double>(a.numel());
  return static_cast<double>(a.numel()) * static_cast<double>(b.size(-1));
}

int64_t entry(const std::vector<int64_t>& list, size_t i) {
  return list.size() == 1 ? list[0] : list[i];
}

double convolution(Values values) {
  const at::Tensor& input = values[0].toTensor();
  const at::Tensor& weight = values[1].toTensor();
  if (weight.numel() == 0) return 0;
  const double each = static_cast<double>(weight.numel()) / static_cast<double>(weight.size(0));
  // A transposed one adds the whole kernel for each input.
  if (values[6].toBool()) return static_cast<double>(input.numel()) * each;
  const std::vector<int64_t> stride = values[3].toIntVector();
  const std::vector<int64_t> padding = values[4].toIntVector();
  const std::vector<int64_t> dilation = values[5].toIntVector();
  double outputs = static_cast<double>(input.size(0)) * static_cast<double>(weight.size(0));
  for (int64_t d = 0; d < weight.dim() - 2; ++d) {
    const int64_t extent = entry(dilation, d) * (weight.size(d + 2) - 1) + 1;
    const int64_t room = input.size(d + 2) + 2 * entry(padding, d) - extent;
    outputs *= static_cast<double>(room / entry(stride, d) + 1);
  }
  return outputs * each;
}

double attention(Values values) {
  const at::Tensor& query = values[0].toTensor();
  const at::Tensor& value = values[2].toTensor();
  if (query.numel() == 0) return 0;
  const auto queries = static_cast<double>(query.numel());
  const auto keys = static_cast<double>(value.size(-2));
  const auto rows = queries / static_cast<double>(query.size(-1));
  return keys * (queries + rows * static_cast<double>(value.size(-1)));
}

double bilinear(Values values) {
  const at::Tensor& input = values[0].toTensor();
  const at::Tensor& weight = values[2].toTensor();
  if (input.numel() == 0) return 0;
  return static_cast<double>(input.numel()) / static_cast<double>(input.size(-1)) *
         static_cast<double>(weight.numel());
}

/// One direction of one layer of an LSTM.
double recurrent(Values values) {
  const at::Tensor& input = values[0].toTensor();
  const auto steps = static_cast<double>(input.size(0)) * static_cast<double>(input.size(1));
  return steps * static_cast<double>(values[1].toTensor().numel() + values[2].toTensor().numel());
}

const std::unordered_map<std::string_view, double (*)(Values)>& formulas() {
  static const auto* all = new std::unordered_map<std::string_view, double (*)(Values)>{
      {"aten::mm", product<0>},
      {"aten::bmm", product<0>},
      {"aten::mv", product<0>},
      {"aten::dot", product<0>},
      {"aten::vdot", product<0>},
      {"aten::addmm", product<1>},
      {"aten::baddbmm", product<1>},
      {"aten::addbmm", product<1>},
      {"aten::addmv", product<1>},
      {"aten::convolution", convolution},
      {"aten::scaled_dot_product_attention", attention},
      {"aten::bilinear", bilinear},
      {"aten::mkldnn_rnn_layer", recurrent},
  };
  return *all;
}

struct Counter {
  double macs = 0;
  /// An operator that is counted may be made of others.
  bool inside = false;
  /// Counts that are under way; 0 while nobody counts.
  int users = 0;
  at::CallbackHandle callback = 0;
};
thread_local Counter counter;

struct Counted : at::ObserverContext {};

std::unique_ptr<at::ObserverContext> before(const at::RecordFunction& function) {
  if (counter.inside) return nullptr;
  const auto formula = formulas().find(function.name());
  if (formula == formulas().end()) return nullptr;
  counter.macs += formula->second(function.inputs());
  counter.inside = true;
  return std::make_unique<Counted>();
}

void after(const at::RecordFunction&, at::ObserverContext* context) {
  if (context != nullptr) counter.inside = false;
}

/// beginMacs(): counts from now on. Each is ended by endMacs().
napi_value begin_macs(Call& call) {
  if (counter.users++ == 0) {
    counter.callback = at::addThreadLocalCallback(at::RecordFunctionCallback(before, after)
                                                      .needsInputs(true)
                                                      .scopes({at::RecordScope::FUNCTION}));
  }
  return call.undefined();
}

/// readMacs(): multiply-adds so far on this thread.
napi_value read_macs(Call& call) { return call.number_value(counter.macs); }

napi_value end_macs(Call& call) {
  if (counter.users == 0) throw ArgumentError("endMacs: nothing is being counted");
  if (--counter.users == 0) {
    at::removeCallback(counter.callback);
    counter.inside = false;
  }
  return call.undefined();
}

constexpr Export kExports[] = {
    {"beginMacs", begin_macs},
    {"readMacs", read_macs},
    {"endMacs", end_macs},
};

}  // namespace

void export_module_macs(Addon& addon, Napi::Object exports) {
  add_exports(addon, exports, kExports);
}

}  // namespace node_libtorch
