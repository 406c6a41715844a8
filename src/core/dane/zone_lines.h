// The records of a zone file (RFC 1035 5.1), each as its words: parentheses let a record go on over
// several lines, a semicolon begins a comment.
#pragma once

#include <string_view>
#include <vector>

#include "core/base/finding.h"

namespace postern::dane {

struct ZoneLine {
  int line = 0;  // where it begins, from 1
  std::vector<std::string_view> words;
};

[[nodiscard]] std::vector<ZoneLine> zone_lines(std::string_view text,
                                               std::vector<base::Finding>& findings);

}  // namespace postern::dane
