// A table for a person (aligned columns) or a spreadsheet (RFC 4180).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/csv.h"

namespace postern::cli {

using base::csv_cell;
using base::csv_text;

class Table {
 public:
  explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}
  void row(std::vector<std::string> cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::string text() const;  // headings in capitals; nothing after the last column
  [[nodiscard]] std::string csv() const;

 private:
  std::vector<std::string> headings_;
  std::vector<std::vector<std::string>> rows_;
};

// Columns that a text takes on a terminal, as far as code points tell.
[[nodiscard]] std::size_t display_width(std::string_view text);
// "3 days ago", "in 2 h", "now": for tables; JSON has the exact time.
[[nodiscard]] std::string relative_time(std::int64_t seconds_from_now);
[[nodiscard]] std::string size_text(std::int64_t bytes);  // "4.1 KiB"

}  // namespace postern::cli
