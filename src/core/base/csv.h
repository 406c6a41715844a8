// Cells of CSV (RFC 4180) that a spreadsheet can open safely.
#pragma once

#include <string>
#include <string_view>

namespace postern::base {

// Quoted where needed. Cells that begin with =, +, - or @ get an apostrophe, so that a spreadsheet
// runs no formula.
[[nodiscard]] std::string csv_cell(std::string_view text);
// The text of such a cell, the apostrophe taken off again.
[[nodiscard]] std::string csv_text(std::string_view cell);

}  // namespace postern::base
