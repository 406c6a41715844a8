#include "core/onboarding/csv.h"

#include <fmt/core.h>

#include <algorithm>
#include <expected>

#include "core/base/csv.h"
#include "core/base/text.h"

namespace postern::onboarding {
namespace {

std::string_view without_mark(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

char separator_of(std::string_view header) {
  const auto commas = std::ranges::count(header, ',');
  return std::ranges::count(header, ';') > commas ? ';' : ',';
}

std::unexpected<base::Failure> malformed(int line, std::string_view problem) {
  return base::fail("csv-malformed", fmt::format("Line {}: {}.", line, problem));
}

class Reader {
 public:
  Reader(std::string_view text, char separator) : text_(text), separator_(separator) {}

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }

  // One record; its line end is consumed. A record with a problem is its first line alone.
  CsvRow record() {
    CsvRow row;
    row.line = line_;
    const std::size_t start = at_;
    while (true) {
      auto value = field();
      if (!value) {
        row.problem = value.error();
        at_ = start + first_line(text_.substr(start)).size() + 1;
        line_ = row.line + 1;
        return row;
      }
      row.fields.push_back(std::move(*value));
      if (at_end()) return row;
      const char next = text_[at_++];
      if (next == '\n') {
        ++line_;
        return row;
      }
    }
  }

  // A blank line or a comment, if that is what stands here; it is consumed.
  bool skip_blank() {
    const std::string_view line = first_line(text_.substr(at_));
    const std::string_view content = base::trim(line);
    if (!content.empty() && !content.starts_with('#')) return false;
    at_ += line.size() + 1;
    ++line_;
    return true;
  }

 private:
  using Field = std::expected<std::string, std::string>;  // else the problem

  Field field() {
    const std::size_t start = text_.find_first_not_of(" \t", at_);
    if (start != std::string_view::npos && text_[start] == '"') {
      at_ = start + 1;
      return quoted();
    }
    const std::size_t end = end_of_plain(at_);
    const std::string_view value = text_.substr(at_, end - at_);
    at_ = end;
    return std::string(base::trim(value));
  }

  Field quoted() {
    constexpr const char* never_closed = "a quote is opened and never closed";
    const int began = line_;
    std::string value;
    for (; !at_end(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') ++line_;
      if (c != '"') {
        value += c;
        continue;
      }
      const bool doubled = at_ + 1 < text_.size() && text_[at_ + 1] == '"';
      if (!doubled) {
        const std::size_t end = end_of_plain(at_ + 1);
        if (!base::trim(text_.substr(at_ + 1, end - at_ - 1)).empty()) {
          // Closed lines later, by the opening quote of another field.
          return std::unexpected(line_ == began ? "text follows a closing quote" : never_closed);
        }
        at_ = end;
        return std::string(base::trim(value));
      }
      value += '"';
      ++at_;
    }
    return std::unexpected(never_closed);
  }

  [[nodiscard]] std::size_t end_of_plain(std::size_t from) const {
    const char ends[] = {separator_, '\n'};
    return std::min(text_.find_first_of(std::string_view(ends, 2), from), text_.size());
  }

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

int CsvTable::column(std::string_view name) const {
  const auto found = std::ranges::find(columns, name);
  return found == columns.end() ? -1 : static_cast<int>(found - columns.begin());
}

std::string cell_text(std::string_view cell) {
  return cell == "-" ? std::string() : base::csv_text(cell);
}

bool looks_like_csv(std::string_view text, std::string_view column) {
  const std::string_view header = first_line(without_mark(text));
  const CsvRow record = Reader(header, separator_of(header)).record();
  return record.problem.empty() &&
         std::ranges::any_of(record.fields, [column](const std::string& name) {
           return base::iequals(name, column);
         });
}

base::Result<CsvTable> read_csv(std::string_view text) {
  text = without_mark(text);
  Reader reader(text, separator_of(first_line(text)));
  CsvTable table;
  while (!reader.at_end()) {
    if (reader.skip_blank()) continue;
    CsvRow row = reader.record();
    if (table.columns.empty()) {
      if (!row.problem.empty()) return malformed(row.line, row.problem);
      for (const std::string& name : row.fields) {
        if (table.column(base::lower(name)) >= 0) {
          return malformed(
              row.line, fmt::format("the column \"{}\" stands twice", base::printable(name, 60)));
        }
        table.columns.push_back(base::lower(name));
      }
      continue;
    }
    if (row.fields.size() > table.columns.size()) {
      row.problem = fmt::format("there are {} fields, and only {} columns", row.fields.size(),
                                table.columns.size());
    }
    if (!row.problem.empty()) {
      row.problem.front() = static_cast<char>(row.problem.front() - 'a' + 'A');
      row.problem += '.';
    }
    row.fields.resize(table.columns.size());
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace postern::onboarding
