#include "app/cli/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace postern::cli {

void Table::row(std::vector<std::string> cells) {
  cells.resize(headings_.size());
  rows_.push_back(std::move(cells));
}

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

namespace {

std::string capitals(std::string_view text) {
  std::string out;
  for (char c : text) out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return out;
}

std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    out += cells[i];
    if (i + 1 < cells.size()) out.append(widths[i] - display_width(cells[i]) + 2, ' ');
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return out + "\n";
}

}  // namespace

std::string Table::text() const {
  std::vector<std::string> top;
  std::vector<std::size_t> widths;
  for (const std::string& heading : headings_) {
    top.push_back(capitals(heading));
    widths.push_back(display_width(heading));
  }
  for (const auto& cells : rows_) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(cells[i]));
    }
  }
  std::string out = line(top, widths);
  for (const auto& cells : rows_) out += line(cells, widths);
  return out;
}

namespace {

constexpr std::string_view formula_starts = "=+-@\t";

}  // namespace

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

std::string Table::csv() const {
  auto csv_line = [](const std::vector<std::string>& cells) {
    std::string out;
    for (const std::string& cell : cells) out += csv_cell(cell) + ',';
    if (!out.empty()) out.pop_back();
    return out + "\r\n";
  };
  std::string out = csv_line(headings_);
  for (const auto& cells : rows_) out += csv_line(cells);
  return out;
}

std::string relative_time(std::int64_t seconds) {
  std::int64_t distance = std::llabs(seconds);
  std::string amount;
  if (distance < 2) return "now";
  if (distance < 120) {
    amount = fmt::format("{} s", distance);
  } else if (distance < 7200) {
    amount = fmt::format("{} min", distance / 60);
  } else if (distance < 2 * 86400) {
    amount = fmt::format("{} h", distance / 3600);
  } else {
    amount = fmt::format("{} days", distance / 86400);
  }
  return seconds < 0 ? amount + " ago" : "in " + amount;
}

std::string size_text(std::int64_t bytes) {
  static constexpr std::string_view units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (amount >= 1024 && unit + 1 < std::size(units)) amount /= 1024, ++unit;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", amount, units[unit]);
}

}  // namespace postern::cli
