// Looks through a block of mail at once, 16 or 32 bytes a step, for what would need a look at its
// lines one by one. Nearly no block does.
#pragma once

#include <string_view>

namespace postern::smtp {

struct LineScan {
  bool odd = false;        // a NUL, a CR without LF, or an LF without CR
  bool dot_line = false;   // a dot right behind an LF
  bool eight_bit = false;  // a byte above 127
};

// A CR at the end is odd, and so is an LF at the front.
[[nodiscard]] LineScan scan_lines(std::string_view block);

// Only whether a dot stands right behind an LF.
[[nodiscard]] bool has_dot_line(std::string_view block);

}  // namespace postern::smtp
