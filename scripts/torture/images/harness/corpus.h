// Small JPEG files of every kind that libjpeg writes.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace torture {

using Bytes = std::vector<uint8_t>;

struct Picture {
  std::string name;
  Bytes bytes;
};

/// Baseline, progressive, arithmetic-coded and in separate scans; all samplings; grey, colour and
/// inks; with restart markers, and with segments that a decoder skips.
std::vector<Picture> make_corpus();

}  // namespace torture
