// postern policy list | show
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "app/cli/json_rows.h"
#include "app/cli/policy_actions.h"
#include "app/cli/records_session.h"
#include "app/cli/table.h"
#include "core/base/text.h"
#include "io/records/describe.h"

namespace postern::cli {

namespace {

using policy::Policy;

std::string json_of(const RecordsSession& session, const Policy& one) {
  base::JsonWriter json;
  json.begin_object().field("account", session.account.name);
  records::describe(json, one);
  json.end_object();
  return std::move(json).take();
}

void print_json(Context& context, const RecordsSession& session,
                const std::vector<Policy>& policies) {
  JsonRows rows(context.out, JsonRows::Shape::array);
  for (const Policy& one : policies) rows.add(json_of(session, one));
  rows.finish();
}

std::string in_force(const Policy& one) {
  const auto seconds = [](base::Instant time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time - now()).count();
  };
  if (one.valid_until && *one.valid_until <= now()) {
    return "ended " + relative_time(seconds(*one.valid_until));
  }
  if (one.valid_from && *one.valid_from > now()) {
    return "begins " + relative_time(seconds(*one.valid_from));
  }
  if (one.valid_until) return "ends " + relative_time(seconds(*one.valid_until));
  return "yes";
}

// Anything that the other columns do not show.
std::string conditions(const Policy& one) {
  static constexpr std::string_view shown[] = {"mode", "stage", "valid_from", "valid_until",
                                               "note"};
  std::string text;
  for (const PolicyField& field : policy_fields()) {
    if (std::ranges::find(shown, field.name) != std::end(shown)) continue;
    const std::string value = field.write(one);
    if (value == field.write(Policy{})) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", field.name, value);
  }
  return text;
}

}  // namespace

std::vector<Policy> policies_by_name(const RecordsSession& session) {
  std::vector<Policy> found;
  for (const Policy& one : session.configuration.policies) {
    if (one.account == session.account.id) found.push_back(one);
  }
  std::ranges::sort(found, {}, [](const Policy& one) {
    return std::pair(std::string_view(one.scope.base.text()), one.scope.wildcard);
  });
  return found;
}

int list_policies(Context& context, const PolicyFilter& filter) {
  if ((!filter.mode.empty() && !tls::parse_mode(filter.mode)) ||
      (!filter.stage.empty() && !tls::parse_stage(filter.stage))) {
    context.err << "postern: --mode is opportunistic, relaxed or strict; --stage is enforce or "
                   "monitor.\n";
    return exit_usage;
  }
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  std::vector<Policy> chosen = policies_by_name(*session);
  std::erase_if(chosen, [&](const Policy& one) {
    return (!filter.mode.empty() && tls::api_value(one.mode) != filter.mode) ||
           (!filter.stage.empty() && tls::stage_text(one.stage) != filter.stage);
  });
  if (context.json) {
    print_json(context, *session, chosen);
    return exit_ok;
  }
  Table table({"domain", "mode", "stage", "in force", "conditions", "note"});
  for (const Policy& one : chosen) {
    table.row({one.scope.text(), std::string(tls::shown_as(one.mode)),
               std::string(tls::stage_text(one.stage)), in_force(one), conditions(one),
               base::printable(one.note, 60)});
  }
  if (!table.empty()) {
    context.out << table.text();
  } else if (filter.mode.empty() && filter.stage.empty()) {
    context.out << "No domain is under policy yet. See what a partner can do, then add it:\n"
                   "  postern probe example.com\n  postern policy add example.com\n";
  } else {
    context.out << "No policy is like that. All of them: postern policy list\n";
  }
  return exit_ok;
}

int show_policies(Context& context, const std::vector<std::string>& domains) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  std::vector<Policy> found;
  int worst = exit_ok;
  for (const std::string& text : domains) {
    auto one = policy_for(*session, text);
    if (!one) {
      worst = context.fail(one.error());
    } else {
      found.push_back(**one);
    }
  }
  if (context.json) {
    print_json(context, *session, found);
    return worst;
  }
  for (const Policy& one : found) {
    context.out << fmt::format("{}\n", one.scope.text());
    for (const PolicyField& field : policy_fields()) {
      std::string value = base::printable(field.write(one), 4096);
      if (field.name == "mode") value += fmt::format(" ({})", tls::shown_as(one.mode));
      context.out << fmt::format("  {:<12}  {}\n", field.name, value.empty() ? "-" : value);
    }
    context.out << fmt::format("  {:<12}  {}\n  {:<12}  {} by {}\n", "in force", in_force(one),
                               "created", base::rfc3339(one.created),
                               one.author.empty() ? "-" : base::printable(one.author));
  }
  return worst != exit_ok && !found.empty() ? exit_partly : worst;
}

}  // namespace postern::cli
