#include "tensor/frame.h"

#include <ATen/ScalarOps.h>
#include <ATen/core/Generator.h>
#include <ATen/core/List.h>
#include <c10/core/Device.h>

#include <cmath>

namespace node_libtorch {
namespace {

class FrameReader {
 public:
  FrameReader(const Call& call, const Operator& op)
      : call_(call), op_(op), frame_(call.addon().frame) {}

  size_t argument_count() {
    const double count = next();
    if (!(count >= 0 && count <= static_cast<double>(op_.arguments().size()))) broken();
    return static_cast<size_t>(count);
  }

  c10::IValue argument(const ArgumentSpec& spec) {
    const Tag tag = next_tag();
    if (tag == Tag::kDefault) return default_of(spec);
    if (tag == Tag::kNone) {
      if (!spec.optional) refuse(spec);
      return {};
    }
    return spec.list ? list(spec, tag) : single(spec, tag);
  }

  c10::IValue default_of(const ArgumentSpec& spec) const {
    if (spec.default_value) return *spec.default_value;
    if (spec.optional) return {};
    throw ArgumentError(op_.name() + ": the argument " + spec.name + " is missing");
  }

 private:
  double next() {
    if (cursor_ >= kFrameLength) broken();
    return frame_[cursor_++];
  }

  Tag next_tag() {
    const double tag = next();
    if (!(tag >= 0 && tag <= static_cast<double>(Tag::kWrapped))) broken();
    return static_cast<Tag>(static_cast<int>(tag));
  }

  int64_t next_integer() {
    const double value = next();
    // Also refuses NaN; the bound keeps the conversion defined.
    if (!(std::abs(value) <= 9007199254740992.0)) broken();
    return static_cast<int64_t>(value);
  }

  size_t next_length() {
    const double length = next();
    if (!(length >= 0 && length <= static_cast<double>(kFrameLength - cursor_))) broken();
    return static_cast<size_t>(length);
  }

  size_t next_slot() {
    const double slot = next();
    if (!(slot >= 0 && slot < static_cast<double>(call_.size()))) broken();
    return static_cast<size_t>(slot);
  }

  [[noreturn]] void broken() const {
    throw ArgumentError(op_.name() + ": the call frame is damaged");
  }

  [[noreturn]] void refuse(const ArgumentSpec& spec) const {
    throw ArgumentError(op_.name() + ": expected " + (spec.list ? "a list of " : "one ") +
                        kind_name(spec.kind) + " for " + spec.name);
  }

  c10::IValue single(const ArgumentSpec& spec, Tag tag) {
    switch (spec.kind) {
      case ValueKind::kTensor:
        if (tag == Tag::kWrapped) return wrapped_number(spec);
        if (tag == Tag::kSlot) return call_.tensor(next_slot(), spec.name.c_str());
        break;
      case ValueKind::kInt:
      case ValueKind::kDtype:
      case ValueKind::kLayout:
      case ValueKind::kMemoryFormat:
        if (tag == Tag::kInteger) return next_integer();
        if (tag == Tag::kSlot) return bigint(spec);
        break;
      case ValueKind::kFloat:
        // An IValue with an Int tag would assert in toDouble().
        if (tag == Tag::kDouble || tag == Tag::kInteger) return next();
        break;
      case ValueKind::kScalar:
        return scalar(spec, tag);
      case ValueKind::kBool:
        if (tag == Tag::kBool) return next() != 0;
        break;
      case ValueKind::kString:
        if (tag == Tag::kSlot) return call_.string(next_slot(), spec.name.c_str());
        break;
      case ValueKind::kDevice:
        if (tag == Tag::kSlot) return c10::Device(call_.string(next_slot(), spec.name.c_str()));
        break;
      case ValueKind::kGenerator:
        if (tag == Tag::kSlot) {
          return call_.handle<at::Generator>(next_slot(), spec.name.c_str());
        }
        break;
      case ValueKind::kStorage:
      case ValueKind::kStream:
      case ValueKind::kOther:
        throw ArgumentError(op_.name() + ": the argument " + spec.name +
                            " has a type that cannot be given from JavaScript");
    }
    refuse(spec);
  }

  c10::IValue scalar(const ArgumentSpec& spec, Tag tag) {
    switch (tag) {
      case Tag::kInteger:
        return next_integer();
      case Tag::kDouble:
        return next();
      case Tag::kBool:
        return next() != 0;
      case Tag::kComplex: {
        const double re = next();
        return c10::complex<double>(re, next());
      }
      case Tag::kSlot:
        return bigint(spec);
      default:
        refuse(spec);
    }
  }

  c10::IValue bigint(const ArgumentSpec& spec) {
    const size_t slot = next_slot();
    int64_t value;
    bool lossless = false;
    if (napi_get_value_bigint_int64(call_.env(), call_[slot], &value, &lossless) != napi_ok) {
      refuse(spec);
    }
    if (!lossless) {
      throw ArgumentRangeError(op_.name() + ": the argument " + spec.name +
                               " does not fit 64 bits");
    }
    return value;
  }

  /// A number in place of a tensor takes part in type promotion as a number only if so marked.
  c10::IValue wrapped_number(const ArgumentSpec& spec) {
    ArgumentSpec number = spec;
    number.kind = ValueKind::kScalar;
    at::Tensor value = c10::scalar_to_tensor(scalar(number, next_tag()).toScalar());
    value.unsafeGetTensorImpl()->set_wrapped_number(true);
    return value;
  }

  c10::IValue list(const ArgumentSpec& spec, Tag tag) {
    if (tag == Tag::kIntegers && spec.kind == ValueKind::kInt) {
      const size_t length = next_length();
      c10::List<int64_t> values;
      values.reserve(length);
      for (size_t i = 0; i < length; ++i) values.push_back(next_integer());
      return values;
    }
    if (tag != Tag::kList) refuse(spec);
    const size_t length = next_length();
    switch (spec.kind) {
      case ValueKind::kTensor:
        return spec.optional_element ? optional_tensors(spec, length) : tensors(spec, length);
      case ValueKind::kInt:
        return elements<int64_t>(spec, length, [](const c10::IValue& v) { return v.toInt(); });
      case ValueKind::kFloat:
        return elements<double>(spec, length, [](const c10::IValue& v) { return v.toDouble(); });
      case ValueKind::kBool:
        return elements<bool>(spec, length, [](const c10::IValue& v) { return v.toBool(); });
      case ValueKind::kString:
        return elements<std::string>(spec, length,
                                     [](const c10::IValue& v) { return v.toStringRef(); });
      case ValueKind::kScalar: {
        c10::impl::GenericList values(c10::NumberType::get());
        for (size_t i = 0; i < length; ++i) values.push_back(element(spec));
        return values;
      }
      default:
        refuse(spec);
    }
  }

  c10::IValue element(const ArgumentSpec& spec) { return single(spec, next_tag()); }

  template <class T, class Convert>
  c10::IValue elements(const ArgumentSpec& spec, size_t length, Convert convert) {
    c10::List<T> values;
    values.reserve(length);
    for (size_t i = 0; i < length; ++i) values.push_back(convert(element(spec)));
    return values;
  }

  c10::IValue tensors(const ArgumentSpec& spec, size_t length) {
    c10::List<at::Tensor> values;
    values.reserve(length);
    for (size_t i = 0; i < length; ++i) values.push_back(element(spec).toTensor());
    return values;
  }

  c10::IValue optional_tensors(const ArgumentSpec& spec, size_t length) {
    c10::List<std::optional<at::Tensor>> values;
    values.reserve(length);
    for (size_t i = 0; i < length; ++i) {
      const Tag tag = next_tag();
      if (tag == Tag::kNone) {
        values.push_back(std::nullopt);
      } else {
        values.push_back(single(spec, tag).toTensor());
      }
    }
    return values;
  }

  const Call& call_;
  const Operator& op_;
  const double* frame_;
  size_t cursor_ = 1;  ///< behind the operator's number
};

}  // namespace

void read_frame(const Call& call, const Operator& op, torch::jit::Stack& stack) {
  FrameReader reader(call, op);
  const auto& arguments = op.arguments();
  const size_t given = reader.argument_count();
  for (size_t i = 0; i < arguments.size(); ++i) {
    stack.push_back(i < given ? reader.argument(arguments[i]) : reader.default_of(arguments[i]));
  }
}

}  // namespace node_libtorch
