#include "core/smtp/line_scan.h"

#include <cstddef>
#include <cstring>

namespace postern::smtp {
namespace {

using Byte = unsigned char;
// Vectors by hand: compilers do not see that bytes can stay bytes, and take three times as long.
using Vector16 = Byte __attribute__((vector_size(16)));
using Vector32 = Byte __attribute__((vector_size(32)));

template <class Vector>
struct Found {
  Vector odd{}, dot_line{}, all{};

  // Looks at bytes that all have a next one.
  [[gnu::always_inline]] void look(const Byte* bytes) {
    Vector here, next;
    std::memcpy(&here, bytes, sizeof here);
    std::memcpy(&next, bytes + 1, sizeof next);
    odd |= Vector(here == 0) | (Vector(here == '\r') ^ Vector(next == '\n'));
    dot_line |= Vector(here == '\n') & Vector(next == '.');
    all |= here;
  }
  [[gnu::always_inline]] void look_for_dots(const Byte* bytes) {
    Vector here, next;
    std::memcpy(&here, bytes, sizeof here);
    std::memcpy(&next, bytes + 1, sizeof next);
    dot_line |= Vector(here == '\n') & Vector(next == '.');
  }
};

template <class Vector>
[[gnu::always_inline]] inline Byte any(const Vector& vector) {
  Byte all = 0;
  for (std::size_t i = 0; i < sizeof vector; ++i) all |= vector[i];
  return all;
}

template <class Vector>
[[gnu::always_inline]] inline LineScan scan(const Byte* bytes, std::size_t last) {
  Found<Vector> found;
  std::size_t at = 0;
  for (; at + sizeof(Vector) <= last; at += sizeof(Vector)) found.look(bytes + at);
  bool odd = any(found.odd) != 0, dot_line = any(found.dot_line) != 0;
  Byte all = any(found.all);
  for (; at < last; ++at) {
    odd |= bytes[at] == 0 || (bytes[at] == '\r') != (bytes[at + 1] == '\n');
    dot_line |= bytes[at] == '\n' && bytes[at + 1] == '.';
    all |= bytes[at];
  }
  return {.odd = odd, .dot_line = dot_line, .eight_bit = all >= 0x80};
}

template <class Vector>
[[gnu::always_inline]] inline bool find_dots(const Byte* bytes, std::size_t last) {
  Found<Vector> found;
  std::size_t at = 0;
  for (; at + sizeof(Vector) <= last; at += sizeof(Vector)) found.look_for_dots(bytes + at);
  bool dot_line = any(found.dot_line) != 0;
  for (; at < last; ++at) dot_line |= bytes[at] == '\n' && bytes[at + 1] == '.';
  return dot_line;
}

#ifdef __x86_64__
__attribute__((target("avx2"))) LineScan scan_wide(const Byte* bytes, std::size_t last) {
  return scan<Vector32>(bytes, last);
}
__attribute__((target("avx2"))) bool find_dots_wide(const Byte* bytes, std::size_t last) {
  return find_dots<Vector32>(bytes, last);
}
bool is_wide() { return __builtin_cpu_supports("avx2") != 0; }
#else
LineScan scan_wide(const Byte* bytes, std::size_t last) { return scan<Vector16>(bytes, last); }
bool find_dots_wide(const Byte* bytes, std::size_t last) {
  return find_dots<Vector16>(bytes, last);
}
bool is_wide() { return false; }
#endif

const Byte* bytes_of(std::string_view block) { return reinterpret_cast<const Byte*>(block.data()); }

}  // namespace

LineScan scan_lines(std::string_view block) {
  if (block.empty()) return {};
  const Byte* const bytes = bytes_of(block);
  const std::size_t last = block.size() - 1;
  LineScan found = is_wide() ? scan_wide(bytes, last) : scan<Vector16>(bytes, last);
  found.odd |= bytes[0] == '\n' || bytes[last] == '\r' || bytes[last] == 0;
  found.eight_bit |= bytes[last] >= 0x80;
  return found;
}

bool has_dot_line(std::string_view block) {
  if (block.empty()) return false;
  const std::size_t last = block.size() - 1;
  return is_wide() ? find_dots_wide(bytes_of(block), last)
                   : find_dots<Vector16>(bytes_of(block), last);
}

}  // namespace postern::smtp
