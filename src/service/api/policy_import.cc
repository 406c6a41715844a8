// POST .../policies/import: the text is read on the records' thread, against the snapshot that the
// change is made on.
#include <algorithm>
#include <memory>

#include "core/onboarding/policy_import.h"
#include "service/api/policy_handlers.h"

namespace postern::api {

namespace {

constexpr std::size_t most_lines_shown = 1000;  // besides those that were refused

using Effect = onboarding::ImportedLine::Effect;
using Imported = base::Result<onboarding::PolicyImport>;

onboarding::ImportRules rules_of(const Call& call, const Import& input, base::Instant now) {
  onboarding::ImportRules rules;
  rules.account = call.account->id;
  if (input.mode) rules.given.emplace_back("mode", tls::api_value(*input.mode));
  if (input.stage) rules.given.emplace_back("stage", tls::stage_text(*input.stage));
  if (input.update.value_or(false)) rules.known = onboarding::ImportRules::Known::changed;
  rules.author = call.who.actor().name;
  rules.now = now;
  return rules;
}

std::int64_t count(const onboarding::PolicyImport& all, Effect effect) {
  return std::ranges::count(all.lines, effect, &onboarding::ImportedLine::effect);
}

ImportReport report_of(const onboarding::PolicyImport& all) {
  ImportReport report;
  std::size_t others = 0;
  for (const onboarding::ImportedLine& line : all.lines) {
    const bool refused = line.effect == Effect::refused;
    if (!refused && ++others > most_lines_shown) continue;
    report.lines.push_back({line.number, line.domain, std::string(effect_text(line.effect)),
                            refused ? line.verdict + ": " + line.why : std::string()});
  }
  report.added = count(all, Effect::added);
  report.changed = count(all, Effect::changed);
  report.unchanged = count(all, Effect::unchanged);
  report.refused = count(all, Effect::refused);
  return report;
}

base::Result<std::int64_t> put_all(records::Change& change,
                                   const std::vector<policy::Policy>& policies) {
  for (const policy::Policy& policy : policies) {
    auto put = change.put(policy);
    if (!put) return std::unexpected(put.error());
  }
  return std::int64_t{0};
}

}  // namespace

Handled<ImportReport> PolicyHandlers::import(Call call, Import input) {
  const auto text = std::make_shared<const std::string>(std::move(input.text));
  const auto imported = std::make_shared<Imported>();  // the records' thread leaves it here
  const onboarding::ImportRules rules = rules_of(call, input, needs_.shard.wall_now());
  if (input.dry_run.value_or(false)) {
    std::function<Imported(records::Records&)> job = [text, rules,
                                                      book = call.book](records::Records&) {
      return onboarding::read_policies(*text, *book, rules);
    };
    *imported = co_await needs_.reads.run<Imported>(needs_.shard, std::move(job));
  } else {
    const Editor::Decide decide = [&](const Call& current) -> Outcome<Editor::Work> {
      return [text, rules, imported, book = current.book](records::Change& change) {
        *imported = onboarding::read_policies(*text, *book, rules);
        if (!*imported) return base::Result<std::int64_t>(0);
        return put_all(change, (*imported)->policies);
      };
    };
    const auto made = co_await needs_.editor.edit(call, decide);
    if (!made) co_return std::unexpected(made.error());
  }
  if (!*imported) co_return refuse_field(imported->error(), "#/text");
  co_return report_of(**imported);
}

}  // namespace postern::api
