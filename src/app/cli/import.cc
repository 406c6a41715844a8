#include "app/cli/import.h"

#include <fmt/format.h>

#include <ostream>

#include "app/cli/json_rows.h"
#include "app/cli/table.h"
#include "core/base/json_writer.h"
#include "core/onboarding/csv.h"

namespace postern::cli {

namespace {

struct Line : Taken {
  std::int64_t number = 0;
};

std::string shown(const Line& line, const ImportOptions& options) {
  switch (line.effect) {
    case Effect::refused:
      return line.verdict;
    case Effect::unchanged:
      return "Unchanged";
    case Effect::changed:
      return options.dry_run ? "Would Be Changed" : "Changed";
    case Effect::added:
      return options.dry_run ? "Would Be Added" : "Added";
  }
  return {};
}

// Reads the input into the target, line by line.
class Reader {
 public:
  Reader(ImportTarget& target, const ImportOptions& options) : target_(target), options_(options) {}

  // Failure: the input cannot be understood at all, or the records do not take it.
  base::Result<> read(std::string_view text) {
    return onboarding::looks_like_csv(text, target_.first_column()) ? read_csv(text)
                                                                    : read_list(text);
  }
  [[nodiscard]] std::vector<Line> lines() && { return std::move(lines_); }

 private:
  base::Result<> read_csv(std::string_view text) {
    const auto table = onboarding::read_csv(text);
    if (!table) return std::unexpected(table.error());
    for (const std::string& name : table->columns) {
      if (name == target_.first_column() || target_.has_column(name)) continue;
      return base::fail(
          "invalid-heading",
          fmt::format("The first line names a column \"{}\", which is not known here. "
                      "The same command with export shows the columns.",
                      base::printable(name, 60)));
    }
    for (const onboarding::CsvRow& row : table->rows) {
      if (auto taken = take_row(*table, row); !taken) return taken;
    }
    return {};
  }

  base::Result<> take_row(const onboarding::CsvTable& table, const onboarding::CsvRow& row) {
    const auto first = static_cast<std::size_t>(table.column(target_.first_column()));
    const std::string name = csv_text(row.fields[first]);
    if (!row.problem.empty()) {
      lines_.push_back(
          {{Effect::refused, base::printable(name, 120), "Invalid Line", row.problem}, row.line});
      return {};
    }
    FieldTexts fields = options_.given;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      if (i == first || row.fields[i].empty()) continue;
      fields.emplace_back(table.columns[i], onboarding::cell_text(row.fields[i]));
    }
    return take(row.line, name, fields);
  }

  base::Result<> read_list(std::string_view text) {
    std::int64_t number = 0;
    for (const std::string_view written : base::split(text, '\n')) {
      ++number;
      const std::string_view name = base::trim(written);
      if (name.empty() || name.starts_with('#')) continue;
      if (auto taken = take(number, name, options_.given); !taken) return taken;
    }
    return {};
  }

  base::Result<> take(std::int64_t number, std::string_view name, const FieldTexts& fields) {
    auto taken = target_.take(number, name, fields);
    if (!taken) return std::unexpected(taken.error());
    lines_.push_back({*std::move(taken), number});
    return {};
  }

  ImportTarget& target_;
  const ImportOptions& options_;
  std::vector<Line> lines_;
};

void print_json(Context& context, const ImportOptions& options, std::string_view first_column,
                const std::vector<Line>& lines) {
  JsonRows rows(context.out, JsonRows::Shape::array);
  for (const Line& line : lines) {
    base::JsonWriter json;
    json.begin_object().field("line", line.number).field(first_column, line.name);
    json.field("verdict", shown(line, options));
    json.field("refused", line.effect == Effect::refused).field("reason", line.why).end_object();
    rows.add(json.text());
  }
  rows.finish();
}

std::int64_t count(const std::vector<Line>& lines, Effect effect) {
  return std::ranges::count(lines, effect, &Line::effect);
}

void print_table(Context& context, const ImportOptions& options, std::string_view first_column,
                 const std::vector<Line>& lines) {
  Table table({"line", std::string(first_column), "verdict", "reason"});
  for (const Line& line : lines) {
    table.row({std::to_string(line.number), line.name, shown(line, options), line.why});
  }
  if (!lines.empty()) context.out << table.text() << "\n";
  context.out << fmt::format("{}{} added, {} changed, {} unchanged, {} refused.\n",
                             options.dry_run ? "Nothing was changed. It would be: " : "",
                             count(lines, Effect::added), count(lines, Effect::changed),
                             count(lines, Effect::unchanged), count(lines, Effect::refused));
}

}  // namespace

int import_lines(Context& context, const ImportOptions& options, RecordsSession& session,
                 const MakeTarget& make_target) {
  const auto text = read_text(context, options.file);
  if (!text) return context.fail(text.error());
  auto change = session.records->change(context.actor(), now());
  if (!change) return context.fail(change.error());
  const std::unique_ptr<ImportTarget> target = make_target(**change);
  Reader reader(*target, options);
  if (auto read = reader.read(*text); !read) return context.fail(read.error());
  if (!options.dry_run) {
    auto finished = finish_change(context, session, **change);
    if (!finished) return context.fail(finished.error());
  }
  const std::vector<Line> lines = std::move(reader).lines();
  if (context.json) {
    print_json(context, options, target->first_column(), lines);
  } else {
    print_table(context, options, target->first_column(), lines);
  }
  const auto refused = count(lines, Effect::refused);
  if (refused == 0) return exit_ok;
  return refused == static_cast<std::int64_t>(lines.size()) ? exit_failed : exit_partly;
}

}  // namespace postern::cli
