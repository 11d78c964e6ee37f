#include "mutate.h"

#include <algorithm>
#include <vector>

namespace torture {

namespace {

/// A marker and what belongs to it: its length and data, and behind a start of scan the coded data.
struct Segment {
  size_t begin;
  size_t end;
  uint8_t marker;
};

bool stands_alone(uint8_t marker) { return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd9); }

std::vector<Segment> segments_of(const Bytes& bytes) {
  std::vector<Segment> segments;
  for (size_t i = 0; i + 1 < bytes.size();) {
    if (bytes[i] != 0xff || bytes[i + 1] == 0 || bytes[i + 1] == 0xff) {
      i++;
      continue;
    }
    const uint8_t marker = bytes[i + 1];
    size_t end = i + 2;
    if (!stands_alone(marker) && i + 3 < bytes.size()) {
      end += static_cast<size_t>(bytes[i + 2]) << 8 | bytes[i + 3];
    }
    end = std::min(end, bytes.size());
    if (!segments.empty()) segments.back().end = i;
    segments.push_back({i, end, marker});
    i = end;
  }
  if (!segments.empty()) segments.back().end = bytes.size();
  return segments;
}

Bytes replace(const Bytes& bytes, size_t begin, size_t end, const Bytes& by) {
  Bytes result(bytes.begin(), bytes.begin() + begin);
  result.insert(result.end(), by.begin(), by.end());
  result.insert(result.end(), bytes.begin() + end, bytes.end());
  return result;
}

Bytes part(const Bytes& bytes, size_t begin, size_t end) {
  return {bytes.begin() + begin, bytes.begin() + end};
}

/// A range of at most 64 bytes, or now and then of any length.
std::pair<size_t, size_t> range_of(const Bytes& bytes, Random& random) {
  const size_t begin = random.below(bytes.size() + 1);
  const size_t limit = random.one_in(8) ? bytes.size() : 64;
  return {begin, std::min(bytes.size(), begin + random.below(limit + 1))};
}

void change_bytes(Bytes& bytes, const Bytes& other, Random& random) {
  const auto [begin, end] = range_of(bytes, random);
  switch (random.below(8)) {
    case 0:
    case 1:
      bytes[random.below(bytes.size())] ^= static_cast<uint8_t>(1 << random.below(8));
      break;
    case 2:
      bytes[random.below(bytes.size())] =
          random.one_in(2) ? random.byte() : random.pick<uint8_t>({0, 1, 0x7f, 0x80, 0xff});
      break;
    case 3:
      bytes = replace(bytes, begin, end, {});
      break;
    case 4:
      bytes = replace(bytes, end, end, part(bytes, begin, end));
      break;
    case 5: {
      Bytes noise(1 + random.below(16));
      for (uint8_t& byte : noise) byte = random.byte();
      bytes = replace(bytes, begin, begin, noise);
      break;
    }
    case 6: {
      const auto [from, to] = range_of(other, random);
      bytes = replace(bytes, begin, end, part(other, from, to));
      break;
    }
    default: {
      // The end of the file goes on being there: without it nothing would be decoded.
      bytes.resize(random.below(bytes.size() + 1));
      if (!random.one_in(4)) bytes.insert(bytes.end(), {0xff, 0xd9});
    }
  }
}

/// Drops, repeats, moves or renames a segment, takes one of another file, or lies about its length.
void change_segments(Bytes& bytes, const Bytes& other, Random& random) {
  const auto segments = segments_of(bytes);
  const auto others = segments_of(other);
  if (segments.empty() || others.empty()) return;
  const Segment& one = segments[random.below(segments.size())];
  const Segment& two = segments[random.below(segments.size())];
  const Segment& foreign = others[random.below(others.size())];
  switch (random.below(6)) {
    case 0:
      bytes = replace(bytes, one.begin, one.end, {});
      break;
    case 1: {
      Bytes many;
      for (size_t i = 1 + random.below(random.one_in(16) ? 200 : 3); i > 0; i--) {
        many.insert(many.end(), bytes.begin() + one.begin, bytes.begin() + one.end);
      }
      bytes = replace(bytes, two.begin, two.begin, many);
      break;
    }
    case 2:
      bytes = replace(bytes, one.begin, random.one_in(2) ? one.end : one.begin,
                      part(other, foreign.begin, foreign.end));
      break;
    case 3:
      bytes[one.begin + 1] = random.one_in(2)
                                 ? static_cast<uint8_t>(0xc0 + random.below(64))
                                 : random.pick<uint8_t>({0xc0, 0xc1, 0xc2, 0xc3, 0xc9, 0xca, 0xd8,
                                                         0xd9, 0xda, 0xdc, 0xde, 0xdf});
      break;
    case 4:
      if (one.begin + 3 < bytes.size()) {
        const size_t length = static_cast<size_t>(bytes[one.begin + 2]) << 8 | bytes[one.begin + 3];
        const size_t lie = random.pick<size_t>(
            {0, 1, 2, 3, length - 1, length + 1, length + 2, 0x7fff, 0xffff, random.below(256)});
        bytes[one.begin + 2] = static_cast<uint8_t>(lie >> 8);
        bytes[one.begin + 3] = static_cast<uint8_t>(lie);
      }
      break;
    default: {
      const Bytes moved = part(bytes, one.begin, one.end);
      const size_t to = two.begin < one.begin ? two.begin : std::max(two.begin, one.end);
      bytes = two.begin < one.begin
                  ? replace(replace(bytes, one.begin, one.end, {}), to, to, moved)
                  : replace(replace(bytes, to, to, moved), one.begin, one.end, {});
    }
  }
}

void set_word(Bytes& bytes, size_t at, size_t value) {
  if (at + 1 >= bytes.size()) return;
  bytes[at] = static_cast<uint8_t>(value >> 8);
  bytes[at + 1] = static_cast<uint8_t>(value);
}

/// What a frame says: size, components, their samplings and tables.
void change_frame(Bytes& bytes, const Segment& frame, Random& random) {
  const size_t at = frame.begin + 4;
  const auto size = [&](size_t where) {
    const size_t now =
        where + 1 < bytes.size() ? static_cast<size_t>(bytes[where]) << 8 | bytes[where + 1] : 0;
    return random.pick<size_t>({0, 1, 2, 7, 8, 9, 16, 17, now - 1, now + 1, now + 8, now + 16,
                                2 * now, 255, 1000, 0x7fff, 0xffdc, 0xffff, random.below(300)});
  };
  switch (random.below(6)) {
    case 0:
      set_word(bytes, at + 1, size(at + 1));
      break;
    case 1:
      set_word(bytes, at + 3, size(at + 3));
      break;
    case 2:
      set_word(bytes, at + 1, size(at + 1));
      set_word(bytes, at + 3, size(at + 3));
      break;
    case 3:
      if (at + 5 < bytes.size()) bytes[at + 5] = static_cast<uint8_t>(random.below(6));
      break;
    case 4: {
      const size_t where = at + 6 + 3 * random.below(4) + random.below(3);
      if (where < frame.end) bytes[where] = static_cast<uint8_t>(random.below(8));
      break;
    }
    default: {
      const size_t where = at + 6 + 3 * random.below(4) + 1;
      if (where < frame.end) {
        bytes[where] = static_cast<uint8_t>(random.below(6) << 4 | random.below(6));
      }
    }
  }
}

/// What a scan says: components, tables, the coefficients it holds.
void change_scan(Bytes& bytes, const Segment& scan, Random& random) {
  const size_t at = scan.begin + 4;
  if (at >= scan.end) return;
  const size_t tail = at + 1 + 2 * static_cast<size_t>(bytes[at]);
  switch (random.below(4)) {
    case 0:
      bytes[at] = static_cast<uint8_t>(random.below(6));
      break;
    case 1: {
      const size_t where = at + 1 + random.below(8);
      if (where < scan.end)
        bytes[where] = static_cast<uint8_t>(random.below(5) << 4 | random.below(5));
      break;
    }
    default: {
      const size_t which = random.below(3);
      if (tail + which >= scan.end) return;
      bytes[tail + which] = which == 2
                                ? static_cast<uint8_t>(random.below(14) << 4 | random.below(14))
                                : random.pick<uint8_t>({0, 1, 2, 5, 6, 62, 63, 64, 255});
    }
  }
}

/// Restart markers in the coded data: new ones, wrong ones, none.
void change_restarts(Bytes& bytes, Random& random) {
  std::vector<size_t> places;
  for (size_t i = 0; i + 1 < bytes.size(); i++) {
    if (bytes[i] == 0xff && bytes[i + 1] >= 0xd0 && bytes[i + 1] <= 0xd7) places.push_back(i);
  }
  if (places.empty() || random.one_in(3)) {
    const size_t at = random.below(bytes.size() + 1);
    bytes = replace(bytes, at, at, {0xff, static_cast<uint8_t>(0xd0 + random.below(8))});
    return;
  }
  const size_t at = places[random.below(places.size())];
  if (random.one_in(2)) {
    bytes[at + 1] = static_cast<uint8_t>(0xd0 + random.below(16));
  } else {
    bytes = replace(bytes, at, at + 2, {});
  }
}

void change_meaning(Bytes& bytes, Random& random) {
  std::vector<Segment> segments = segments_of(bytes);
  std::erase_if(segments, [](const Segment& segment) { return segment.marker == 0xd8; });
  if (segments.empty()) return;
  const Segment& segment = segments[random.below(segments.size())];
  const size_t data = segment.begin + 4;
  if (data >= segment.end) return change_restarts(bytes, random);
  switch (segment.marker) {
    case 0xc0:
    case 0xc1:
    case 0xc2:
    case 0xc9:
    case 0xca:
      return change_frame(bytes, segment, random);
    case 0xda:
      if (random.one_in(4)) return change_restarts(bytes, random);
      return change_scan(bytes, segment, random);
    case 0xdd:
      return set_word(bytes, data, random.pick<size_t>({0, 1, 2, 3, 7, 255, 0xffff}));
    default: {
      // Tables: where a table goes, how many codes of a length there are, one value.
      const size_t spread = random.pick<size_t>({1, 17, segment.end - data});
      const size_t at = std::min(data + random.below(spread), segment.end - 1);
      bytes[at] = random.one_in(2) ? random.byte()
                                   : random.pick<uint8_t>({0, 1, 2, 3, 4, 15, 16, 17, 0xff});
    }
  }
}

}  // namespace

Bytes mutate(const Bytes& bytes, const Bytes& other, Random& random) {
  Bytes changed = bytes;
  const size_t changes = random.one_in(2) ? 1 : 2 + random.below(3);
  for (size_t i = 0; i < changes && !changed.empty(); i++) {
    switch (random.below(4)) {
      case 0:
        change_bytes(changed, other, random);
        break;
      case 1:
        change_segments(changed, other, random);
        break;
      default:
        change_meaning(changed, random);
    }
  }
  return changed;
}

}  // namespace torture
