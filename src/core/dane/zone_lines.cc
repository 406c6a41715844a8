#include "core/dane/zone_lines.h"

#include <fmt/core.h>

#include <algorithm>

namespace postern::dane {

std::vector<ZoneLine> zone_lines(std::string_view text, std::vector<base::Finding>& findings) {
  std::vector<ZoneLine> lines;
  ZoneLine record;
  int number = 1;
  int opened_at = 0;  // 0: no parenthesis is open
  const auto complain = [&](int line, const char* what, const char* remedy) {
    findings.push_back({base::Severity::error, fmt::format("line {}", line), what, remedy});
  };
  const auto end_record = [&] {
    if (!record.words.empty()) lines.push_back(std::move(record));
    record = {};
  };
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '\n') {
      ++number;
      if (opened_at == 0) end_record();
    } else if (c == ';') {
      at = std::min(text.find('\n', at), text.size());
      continue;
    } else if (c == '(') {
      if (opened_at != 0) complain(number, "A parenthesis stands inside another.", "Take it out.");
      opened_at = number;
    } else if (c == ')') {
      if (opened_at == 0) complain(number, "Nothing was opened that \")\" closes.", "Take it out.");
      opened_at = 0;
    } else if (c != ' ' && c != '\t' && c != '\r') {
      const std::size_t end = std::min(text.find_first_of(" \t\r\n;()", at), text.size());
      if (record.words.empty()) record.line = number;
      record.words.push_back(text.substr(at, end - at));
      at = end;
      continue;
    }
    ++at;
  }
  if (opened_at != 0) {
    complain(opened_at, "The parenthesis is not closed.", "Write \")\" at the record's end.");
  }
  end_record();
  return lines;
}

}  // namespace postern::dane
