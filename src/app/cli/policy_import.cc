#include "app/cli/policy_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <unordered_map>

#include "app/cli/records_session.h"
#include "app/cli/table.h"
#include "core/base/json_writer.h"
#include "core/base/text.h"
#include "core/onboarding/csv.h"
#include "core/onboarding/domain_list.h"
#include "core/onboarding/import_plan.h"

namespace postern::cli {

namespace {

using onboarding::Verdict;
using policy::Policy;

// A line of the input, and what became of it.
struct Line {
  std::int64_t number = 0;
  std::string domain;
  enum class Result { added, changed, unchanged, refused } result = Result::refused;
  std::string verdict;  // as shown
  std::string why;
};
using Result = Line::Result;

class Importer {
 public:
  Importer(const Context& context, const ImportOptions& options, const RecordsSession& session,
           records::Change& change)
      : options_(options),
        session_(session),
        change_(change),
        author_(context.actor().name),
        book_(without_policies(session)) {
    for (const Policy& one : session.configuration.policies) {
      if (one.account == session.account.id) known_.emplace(one.scope.text(), Known{&one, 0});
    }
  }

  // Failure: the input cannot be understood at all, or the records do not take it.
  base::Result<> read(std::string_view text);
  [[nodiscard]] const std::vector<Line>& lines() const { return lines_; }

 private:
  struct Known {
    const Policy* policy = nullptr;  // that was there before
    std::int64_t line = 0;           // of this input; 0: not seen yet
  };
  // What the lines are judged against: all but the policies, because one that is there already is
  // no error here, and with our own domains as internal before their proof is found.
  static policy::Configuration without_policies(const RecordsSession& session) {
    policy::Configuration some;
    some.accounts = session.configuration.accounts;
    some.domains = session.configuration.domains;
    for (auto& domain : some.domains) domain.validated |= domain.account == session.account.id;
    return some;
  }
  base::Result<> read_csv(std::string_view text);
  base::Result<> read_list(std::string_view text);
  base::Result<> take(const onboarding::Line& read, const FieldTexts& fields);
  base::Result<> take_known(Line& line, const Policy& old, const FieldTexts& fields);
  base::Result<> put(Line& line, Policy policy, Result result);
  void settle(Line& line, Result result) const;

  const ImportOptions& options_;
  const RecordsSession& session_;
  records::Change& change_;
  std::string author_;
  policy::PolicyBook book_;
  std::unordered_map<std::string, Known> known_;
  std::vector<Line> lines_;
};

void refuse(Line& line, std::string_view verdict, std::string why) {
  line.verdict = verdict;
  line.why = std::move(why);
}

void Importer::settle(Line& line, Result result) const {
  line.result = result;
  line.verdict = result == Result::unchanged ? "Unchanged"
                 : result == Result::added   ? (options_.dry_run ? "Would Be Added" : "Added")
                                             : (options_.dry_run ? "Would Be Changed" : "Changed");
}

base::Result<> Importer::put(Line& line, Policy policy, Result result) {
  auto put = change_.put(std::move(policy));
  if (put) {
    settle(line, result);
    return {};
  }
  if (put.error().code == "records-busy" || put.error().code == "records-error") {
    return std::unexpected(put.error());
  }
  refuse(line, "Invalid Line", put.error().text);
  return {};
}

base::Result<> Importer::take_known(Line& line, const Policy& old, const FieldTexts& fields) {
  Policy wanted = old;
  if (auto read = apply_fields(wanted, fields); !read) {
    refuse(line, "Invalid Line", read.error().text);
  } else if (onboarding::same_settings(wanted, old)) {
    settle(line, Result::unchanged);
  } else if (options_.update) {
    return put(line, std::move(wanted), Result::changed);
  } else {
    refuse(line, onboarding::shown_as(Verdict::duplicate_domain),
           fmt::format("It is under policy already ({}, {}), with other settings; --update would "
                       "change them.",
                       tls::api_value(old.mode), tls::stage_text(old.stage)));
  }
  return {};
}

base::Result<> Importer::take(const onboarding::Line& read, const FieldTexts& fields) {
  Line& line = lines_.emplace_back();
  line.number = read.number;
  line.domain = read.scope.base.empty() ? read.text : read.scope.text();
  if (read.verdict != Verdict::valid) {
    refuse(line, onboarding::shown_as(read.verdict), read.why);
    return {};
  }
  Known& known = known_[line.domain];
  if (known.line != 0) {
    refuse(line, onboarding::shown_as(Verdict::duplicate_domain),
           fmt::format("Line {} names it already.", known.line));
    return {};
  }
  known.line = read.number;
  if (known.policy != nullptr) return take_known(line, *known.policy, fields);
  Policy fresh;
  fresh.account = session_.account.id;
  fresh.scope = read.scope;
  fresh.author = author_;
  fresh.created = now();
  if (auto applied = apply_fields(fresh, fields); !applied) {
    refuse(line, "Invalid Line", applied.error().text);
    return {};
  }
  return put(line, std::move(fresh), Result::added);
}

base::Result<> Importer::read_csv(std::string_view text) {
  auto table = onboarding::read_csv(text);
  if (!table) return std::unexpected(table.error());
  std::vector<const PolicyField*> columns;
  for (const std::string& name : table->columns) {
    columns.push_back(policy_field(name));
    if (columns.back() != nullptr || name == "domain") continue;
    return base::fail("invalid-heading",
                      fmt::format("The first line names a column \"{}\", which no policy has. See: "
                                  "postern policy export",
                                  base::printable(name, 60)));
  }
  const auto domain = static_cast<std::size_t>(table->column("domain"));
  for (const onboarding::CsvRow& row : table->rows) {
    FieldTexts fields = options_.fields;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i] == nullptr || row.fields[i].empty()) continue;
      fields.emplace_back(columns[i], csv_text(row.fields[i]));
    }
    onboarding::Line line =
        onboarding::read_domain(row.fields[domain], &book_, session_.account.id, true);
    line.number = row.line;
    if (auto taken = take(line, fields); !taken) return taken;
  }
  return {};
}

base::Result<> Importer::read_list(std::string_view text) {
  std::int64_t number = 0;
  for (const std::string_view written : base::split(text, '\n')) {
    ++number;
    const std::string_view name = base::trim(written);
    if (name.empty() || name.starts_with('#')) continue;
    onboarding::Line line = onboarding::read_domain(name, &book_, session_.account.id, true);
    line.number = static_cast<int>(number);
    if (auto taken = take(line, options_.fields); !taken) return taken;
  }
  return {};
}

base::Result<> Importer::read(std::string_view text) {
  return onboarding::looks_like_csv(text) ? read_csv(text) : read_list(text);
}

void print_json(Context& context, const std::vector<Line>& lines) {
  context.out << '[';
  bool first = true;
  for (const Line& line : lines) {
    base::JsonWriter json;
    json.begin_object().field("line", line.number).field("domain", line.domain);
    json.field("verdict", line.verdict);
    json.field("refused", line.result == Result::refused).field("reason", line.why).end_object();
    context.out << (std::exchange(first, false) ? "\n" : ",\n") << json.text();
  }
  context.out << (lines.empty() ? "]\n" : "\n]\n");
}

void print_table(Context& context, const ImportOptions& options, const std::vector<Line>& lines,
                 std::int64_t refusals) {
  Table table({"line", "domain", "verdict", "reason"});
  std::int64_t added = 0;
  std::int64_t changed = 0;
  for (const Line& line : lines) {
    added += line.result == Result::added ? 1 : 0;
    changed += line.result == Result::changed ? 1 : 0;
    table.row({std::to_string(line.number), line.domain, line.verdict, line.why});
  }
  if (!lines.empty()) context.out << table.text() << "\n";
  context.out << fmt::format(
      "{}{} added, {} changed, {} unchanged, {} refused.\n",
      options.dry_run ? "Nothing was changed. It would be: " : "", added, changed,
      static_cast<std::int64_t>(lines.size()) - added - changed - refusals, refusals);
}

}  // namespace

int import_policies(Context& context, const ImportOptions& options) {
  auto text = read_text(context, options.file);
  if (!text) return context.fail(text.error());
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  auto change = session->records->change(context.actor(), now());
  if (!change) return context.fail(change.error());
  Importer importer(context, options, *session, **change);
  if (auto read = importer.read(*text); !read) return context.fail(read.error());
  if (!options.dry_run) {
    auto finished = finish_change(context, *session, **change);
    if (!finished) return context.fail(finished.error());
  }
  const std::vector<Line>& lines = importer.lines();
  const auto refusals =
      std::ranges::count_if(lines, [](const Line& line) { return line.result == Result::refused; });
  if (context.json) {
    print_json(context, lines);
  } else {
    print_table(context, options, lines, refusals);
  }
  if (refusals == 0) return exit_ok;
  return refusals == static_cast<std::ptrdiff_t>(lines.size()) ? exit_failed : exit_partly;
}

}  // namespace postern::cli
