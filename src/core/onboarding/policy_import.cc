#include "core/onboarding/policy_import.h"

#include <fmt/core.h>

#include <unordered_map>

#include "core/base/csv.h"
#include "core/base/text.h"
#include "core/onboarding/csv.h"
#include "core/onboarding/domain_list.h"
#include "core/onboarding/import_plan.h"
#include "core/policy/validate.h"

namespace postern::onboarding {

namespace {

using Effect = ImportedLine::Effect;
using policy::Policy;

constexpr std::string_view first_column = "domain";

class Importer {
 public:
  Importer(const policy::PolicyBook& book, const ImportRules& rules)
      : book_(book), rules_(rules), judged_by_(without_policies(book, rules.account)) {}

  base::Result<> read_csv(std::string_view text);
  void read_list(std::string_view text);
  [[nodiscard]] PolicyImport result() && { return std::move(result_); }

 private:
  // What the lines are judged by: all but the policies, because one that is there already is no
  // error here, and with our own domains as internal before their proof is found.
  static policy::Configuration without_policies(const policy::PolicyBook& book,
                                                base::AccountId account) {
    policy::Configuration some;
    some.accounts = book.configuration().accounts;
    some.domains = book.configuration().domains;
    for (auto& domain : some.domains) domain.validated |= domain.account == account;
    return some;
  }

  void take(std::int64_t number, std::string_view name, const FieldTexts& fields);
  void settle(ImportedLine& line, Policy wanted, const Policy* old);

  const policy::PolicyBook& book_;
  const ImportRules& rules_;
  policy::PolicyBook judged_by_;
  std::unordered_map<std::string, std::int64_t> seen_;  // in which line
  PolicyImport result_;
};

void refuse(ImportedLine& line, std::string_view verdict, std::string why) {
  line.effect = Effect::refused;
  line.verdict = verdict;
  line.why = std::move(why);
}

void Importer::settle(ImportedLine& line, Policy wanted, const Policy* old) {
  if (auto valid = policy::validate(wanted); !valid) {
    return refuse(line, "Invalid Line", valid.error().text);
  }
  line.effect = old == nullptr ? Effect::added : Effect::changed;
  if (old != nullptr && same_settings(wanted, *old)) {
    line.effect = Effect::unchanged;
    return;
  }
  if (old != nullptr && rules_.known == ImportRules::Known::refused) {
    return refuse(line, shown_as(Verdict::duplicate_domain),
                  fmt::format("It is under policy already ({}, {}), with other settings.",
                              tls::api_value(old->mode), tls::stage_text(old->stage)));
  }
  result_.policies.push_back(std::move(wanted));
}

void Importer::take(std::int64_t number, std::string_view name, const FieldTexts& fields) {
  ImportedLine& line = result_.lines.emplace_back();
  line.number = number;
  Line read = read_domain(name, &judged_by_, rules_.account, true);
  line.domain = read.scope.base.empty() ? read.text : read.scope.text();
  if (read.verdict != Verdict::valid) return refuse(line, shown_as(read.verdict), read.why);
  const auto [first, is_new] = seen_.emplace(line.domain, number);
  if (!is_new) {
    return refuse(line, shown_as(Verdict::duplicate_domain),
                  fmt::format("Line {} names it already.", first->second));
  }
  const Policy* old = book_.policy_for_scope(rules_.account, read.scope);
  Policy wanted;
  if (old != nullptr) {
    wanted = *old;
  } else {
    wanted.account = rules_.account;
    wanted.scope = std::move(read.scope);
    wanted.author = rules_.author;
    wanted.created = rules_.now;
  }
  if (auto applied = apply_fields(wanted, policy_fields(), fields); !applied) {
    return refuse(line, "Invalid Line", applied.error().text);
  }
  settle(line, std::move(wanted), old);
}

base::Result<> Importer::read_csv(std::string_view text) {
  const auto table = onboarding::read_csv(text);
  if (!table) return std::unexpected(table.error());
  for (const std::string& name : table->columns) {
    if (name == first_column || field_named(policy_fields(), name) != nullptr) continue;
    return base::fail("invalid-heading",
                      fmt::format("The first line names a column \"{}\", which no policy has.",
                                  base::printable(name, 60)));
  }
  const auto domain = static_cast<std::size_t>(table->column(first_column));
  for (const CsvRow& row : table->rows) {
    const std::string name = base::csv_text(row.fields[domain]);
    if (!row.problem.empty()) {
      ImportedLine& line = result_.lines.emplace_back();
      line.number = row.line;
      line.domain = base::printable(name, 120);
      refuse(line, "Invalid Line", row.problem);
      continue;
    }
    FieldTexts fields = rules_.given;
    for (std::size_t i = 0; i < table->columns.size(); ++i) {
      if (i == domain || row.fields[i].empty()) continue;
      fields.emplace_back(table->columns[i], cell_text(row.fields[i]));
    }
    take(row.line, name, fields);
  }
  return {};
}

void Importer::read_list(std::string_view text) {
  std::int64_t number = 0;
  for (const std::string_view written : base::split(text, '\n')) {
    ++number;
    const std::string_view name = base::trim(written);
    if (!name.empty() && !name.starts_with('#')) take(number, name, rules_.given);
  }
}

}  // namespace

std::string_view effect_text(ImportedLine::Effect effect) {
  switch (effect) {
    case ImportedLine::Effect::refused:
      return "refused";
    case ImportedLine::Effect::unchanged:
      return "unchanged";
    case ImportedLine::Effect::changed:
      return "changed";
    case ImportedLine::Effect::added:
      return "added";
  }
  return "";
}

base::Result<PolicyImport> read_policies(std::string_view text, const policy::PolicyBook& book,
                                         const ImportRules& rules) {
  Importer importer(book, rules);
  if (!looks_like_csv(text, first_column)) {
    importer.read_list(text);
  } else if (auto read = importer.read_csv(text); !read) {
    return std::unexpected(read.error());
  }
  return std::move(importer).result();
}

}  // namespace postern::onboarding
