// Values that cross between JS and TorchScript: of any type that a program can take or give.
//
// JS has already replaced its own objects: a tensor is its handle, an array is an array, a dict or
// an object of named fields is { keys, values }, and { float } is a number that is no integer. What
// comes back looks the same, and a tuple is { tuple, names? }.
#pragma once

#include <ATen/core/function_schema.h>
#include <ATen/core/ivalue.h>

#include <string>
#include <vector>

#include "napi/call.h"

namespace node_libtorch {

/// Greater integers are bigints.
inline constexpr double kMaxSafeInteger = 9007199254740991.0;
/// Types bound the depth of all values but those of type Any.
inline constexpr size_t kMaxDepth = 64;

/// What the argument of a call is for, for messages: x, then x[2], then x[2].weight.
class Place {
 public:
  explicit Place(const std::string& name) : name_(&name) {}
  Place(const Place& parent, size_t index) : parent_(&parent), index_(index) {}
  std::string text() const;
  size_t depth() const { return parent_ == nullptr ? 0 : 1 + parent_->depth(); }

 private:
  const Place* parent_ = nullptr;
  const std::string* name_ = nullptr;
  size_t index_ = 0;
};

/// A JS value as one of the given type. Throws ArgumentError that names `where` and the place.
c10::IValue read_value(napi_env env, napi_value value, const c10::TypePtr& type,
                       const std::string& where, const Place& place);

/// A tensor, or tuples and dicts of such: what a trace can follow.
c10::IValue read_traceable(napi_env env, napi_value value, const std::string& where,
                           const Place& place);

/// The arguments of a method, from argument `first` of the call on, without self; those that are
/// undefined or missing take their defaults.
std::vector<c10::IValue> read_arguments(const Call& call, size_t first,
                                        const c10::FunctionSchema& schema);

/// The JS form of a value. Throws for those that JS has no form of.
napi_value write_value(Addon& addon, const c10::IValue& value);

}  // namespace node_libtorch
