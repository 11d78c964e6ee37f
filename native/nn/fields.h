// The options of torch::nn's layers, field by field: one list of (name, member) pairs per layer
// serves both to read them from a plain object and to write them to one.
#pragma once

#include <torch/enum.h>
#include <torch/expanding_array.h>

#include <algorithm>
#include <string>
#include <type_traits>
#include <variant>

#include "nn/options.h"

namespace node_libtorch {

/// The name of an enumerator as Python writes it: 'mean', 'nearest-exact'.
template <class Enumerator>
std::string enum_text(const Enumerator& value) {
  std::string name = torch::enumtype::_compute_enum_name{}(value).substr(1);  // kMean
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return tolower(c); });
  return name == "nearestexact" ? "nearest-exact" : name;
}

template <class T>
struct IsExpandingArray : std::false_type {};
template <size_t D, class T>
struct IsExpandingArray<torch::ExpandingArray<D, T>> : std::true_type {};

/// Sets each field that a layer lists from the option of its name.
class FieldReader {
 public:
  explicit FieldReader(const OptionReader& options) : options_(options) {}

  template <class T>
  const FieldReader& operator()(const char* name, T& field) const {
    read(name, field);
    return *this;
  }

  /// A field that is told by something else afterwards: whether there is a bias, by the bias.
  template <class T>
  const FieldReader& once(const char* name, T& field) const {
    return (*this)(name, field);
  }

 private:
  void read(const char* name, bool& field) const { field = options_.boolean(name); }
  void read(const char* name, int64_t& field) const { field = options_.integer(name); }
  void read(const char* name, double& field) const { field = options_.number(name); }
  void read(const char* name, std::string& field) const { field = options_.string(name); }
  void read(const char* name, std::vector<double>& field) const { field = options_.numbers(name); }
  void read(const char* name, std::vector<int64_t>& field) const {
    field = options_.integers(name, options_.length(name));
  }

  template <size_t D, class T>
  void read(const char* name, torch::ExpandingArray<D, T>& field) const {
    if constexpr (std::is_same_v<T, double>) {
      field = torch::ExpandingArray<D, T>(options_.numbers(name, D));
    } else {
      field = torch::ExpandingArray<D, T>(options_.integers(name, D));
    }
  }

  template <size_t D>
  void read(const char* name, torch::ExpandingArrayWithOptionalElem<D>& field) const {
    field = torch::ExpandingArrayWithOptionalElem<D>(options_.optional_integers(name, D));
  }

  template <class T>
  void read(const char* name, std::optional<T>& field) const {
    if (options_.has(name)) {
      // Arrays of fixed length have no default value.
      if constexpr (IsExpandingArray<T>::value) {
        T value(1);
        read(name, value);
        field = value;
      } else {
        T value{};
        read(name, value);
        field = value;
      }
    } else {
      field = std::nullopt;
    }
  }

  /// One of several enumerators; in place of them sizes, for the padding of a convolution.
  template <class... Ts>
  void read(const char* name, std::variant<Ts...>& field) const {
    if (!(read_as<Ts>(name, field) || ...)) options_.refuse(name, "a name that the layer knows");
  }

  template <class T, class Variant>
  bool read_as(const char* name, Variant& field) const {
    if constexpr (IsExpandingArray<T>::value) {
      if (options_.is_string(name)) return false;
      T sizes(0);
      read(name, sizes);
      field = sizes;
    } else {
      if (!options_.is_string(name) || options_.string(name) != enum_text(T())) return false;
      field = T();
    }
    return true;
  }

  const OptionReader& options_;
};

/// Writes each field that a layer lists, for its view.
class FieldWriter {
 public:
  explicit FieldWriter(OptionWriter& options) : options_(options) {}

  template <class T>
  const FieldWriter& operator()(const char* name, const T& field) const {
    write(name, field);
    return *this;
  }

  template <class T>
  const FieldWriter& once(const char*, const T&) const {
    return *this;
  }

 private:
  template <class T>
  void write(const char* name, const T& field) const {
    options_.set(name, field);
  }
  void write(const char* name, const std::string& field) const {
    options_.set(name, field.c_str());
  }
  void write(const char* name, const std::vector<int64_t>& field) const {
    options_.set(name, at::ArrayRef<int64_t>(field));
  }
  void write(const char* name, const std::vector<double>& field) const {
    options_.set(name, at::ArrayRef<double>(field));
  }

  template <size_t D, class T>
  void write(const char* name, const torch::ExpandingArray<D, T>& field) const {
    options_.set(name, at::ArrayRef<T>(*field));
  }

  template <size_t D>
  void write(const char* name, const torch::ExpandingArrayWithOptionalElem<D>& field) const {
    options_.set(name, at::ArrayRef<std::optional<int64_t>>(*field));
  }

  template <class T>
  void write(const char* name, const std::optional<T>& field) const {
    if (field) {
      write(name, *field);
    } else {
      options_.set_null(name);
    }
  }

  template <class... Ts>
  void write(const char* name, const std::variant<Ts...>& field) const {
    std::visit(
        [&](const auto& value) {
          if constexpr (IsExpandingArray<std::remove_cvref_t<decltype(value)>>::value) {
            write(name, value);
          } else {
            write(name, enum_text(value));
          }
        },
        field);
  }

  OptionWriter& options_;
};

}  // namespace node_libtorch
