#include "core/base/csv.h"

namespace postern::base {

namespace {
constexpr std::string_view formula_starts = "=+-@\t\r";
}

std::string csv_text(std::string_view cell) {
  const bool guarded = cell.size() > 1 && cell[0] == '\'' && formula_starts.contains(cell[1]);
  return std::string(guarded ? cell.substr(1) : cell);
}

std::string csv_cell(std::string_view text) {
  std::string cell;
  if (!text.empty() && formula_starts.contains(text[0])) cell += '\'';
  cell += text;
  // A line that began with # would be taken for a comment.
  if (cell.find_first_of(",\"\r\n") == std::string::npos && !cell.starts_with('#')) return cell;
  std::string quoted = "\"";
  for (char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace postern::base
