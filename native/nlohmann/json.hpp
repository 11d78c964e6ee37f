#pragma once

#include <string>

// Stands in for JSON for Modern C++, which ATen/functorch/Interpreter.h includes and PyTorch does
// not ship. Only the bodies of functions that nothing here calls name it; no type's layout depends
// on it, and none of its members is defined.
namespace nlohmann {

struct json {
  json();
  template <class T>
  json(const T& value);  // NOLINT(google-explicit-constructor)
  static json parse(const std::string& text);
  std::string dump() const;
  template <class T>
  T get() const;
};

}  // namespace nlohmann
