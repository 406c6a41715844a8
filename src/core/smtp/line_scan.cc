#include "core/smtp/line_scan.h"

#include <cstddef>

namespace postern::smtp {

// Without a branch a byte, so that it is vectorised.
LineScan scan_lines(std::string_view block) {
  if (block.empty()) return {};
  const auto* bytes = reinterpret_cast<const unsigned char*>(block.data());
  const std::size_t last = block.size() - 1;
  unsigned char odd = 0, dot_line = 0, all = bytes[last];
  for (std::size_t i = 0; i < last; ++i) {
    const unsigned char here = bytes[i], next = bytes[i + 1];
    odd |= static_cast<unsigned char>(here == 0) |
           static_cast<unsigned char>((here == '\r') != (next == '\n'));
    dot_line |= static_cast<unsigned char>((here == '\n') & (next == '.'));
    all |= here;
  }
  const bool odd_ends = bytes[0] == '\n' || bytes[last] == '\r' || bytes[last] == 0;
  return {.odd = odd != 0 || odd_ends, .dot_line = dot_line != 0, .eight_bit = all >= 0x80};
}

}  // namespace postern::smtp
