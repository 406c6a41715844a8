// CSV as spreadsheets write it (RFC 4180): commas (or semicolons, as some locales have it), quotes
// around what holds them, doubled quotes inside, a byte order mark in front. The first record names
// the columns; rows come out as values by column name, with the line they began in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/failure.h"

namespace postern::onboarding {

struct CsvRow {
  int line = 0;                     // from 1
  std::vector<std::string> fields;  // trimmed; as many as there are columns
  std::string problem;              // why the row cannot be read, one sentence; else empty
};

struct CsvTable {
  std::vector<std::string> columns;  // lower case
  std::vector<CsvRow> rows;
  // -1: there is no such column.
  [[nodiscard]] int column(std::string_view name) const;
};

// What a cell that is not empty sets its field to: "-" alone takes away what is there, since an
// empty cell says nothing. A text that is a dash is written '- , as exports do.
[[nodiscard]] std::string cell_text(std::string_view cell);

// Does the text begin with a header line of CSV that has this column? Else it is a plain list.
[[nodiscard]] bool looks_like_csv(std::string_view text, std::string_view column);

// Failure "csv-malformed" for a header that cannot be read: a quote that stays open, a column named
// twice. A row with an open quote, with text after a closing quote or with more fields than columns
// carries its problem, and reading goes on in the next line: one bad line spoils no other. Fewer
// fields than columns are empty; blank lines and lines that begin with # are skipped.
[[nodiscard]] base::Result<CsvTable> read_csv(std::string_view text);

}  // namespace postern::onboarding
