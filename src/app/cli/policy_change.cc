// postern policy add | set | promote | remove
#include <fmt/format.h>

#include <map>
#include <ostream>

#include "app/cli/policy_actions.h"
#include "app/cli/records_session.h"
#include "app/cli/report.h"
#include "core/base/text.h"
#include "core/onboarding/import_plan.h"

namespace postern::cli {

namespace {

using policy::Policy;

void prepare_nothing(const RecordsSession&, const std::string&) {}

// Runs `prepare` for every domain, then `work` inside one change, which nothing slow may hold up:
// the gateway waits to write too. A refusal leaves that domain alone and goes on.
template <class Prepare, class Work>
int for_each_domain(Context& context, const std::vector<std::string>& domains, Prepare prepare,
                    Work work) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  for (const std::string& text : domains) prepare(*session, text);
  auto change = session->records->change(context.actor(), now());
  if (!change) return context.fail(change.error());
  Report report(context);
  for (const std::string& text : domains) {
    if (auto done = work(*session, **change, text, report); !done) {
      report.refuse(text, done.error());
    }
  }
  auto finished = finish_change(context, *session, **change);
  if (!finished) return context.fail(finished.error());
  return report.print();
}

base::Result<> add_existing(const Policy& old, const FieldTexts& fields, Report& report) {
  const std::string domain = old.scope.text();
  Policy wanted = old;
  if (auto read = apply_fields(wanted, policy_fields(), fields); !read) return read;
  if (!onboarding::same_settings(wanted, old)) {
    return base::fail(
        "already-exists",
        fmt::format("{} is under policy already ({}, {}), with other settings. To "
                    "change them: postern policy set {} ...",
                    domain, tls::api_value(old.mode), tls::stage_text(old.stage), domain));
  }
  report.add(domain, "unchanged", domain + " is under this policy already; unchanged.");
  return {};
}

bool wants_pins(const Policy& policy) {
  return policy.mode == tls::Mode::strict && policy.delivery && !policy.scope.wildcard &&
         policy.mx_pins.empty() && policy.names.empty() && policy.spki_pins.empty() &&
         policy.accept != policy::Accept::dane;
}

// tls-semantics.md 4: which names a strict policy will match, said before mail waits for it.
std::string pin_advice(const Policy& policy) {
  if (!wants_pins(policy)) return {};
  return fmt::format(
      "\n  No MX names are pinned: only MX hosts proved by DNSSEC or MTA-STS, or certificates for "
      "{} itself, will do.\n  To pin one: postern policy set {} --mx PATTERN",
      policy.scope.text(), policy.scope.text());
}

using Pins = base::Result<std::vector<tls::HostPattern>>;

base::Result<std::string> pin(Policy& policy, const Pins& pins) {
  if (!pins) {
    return base::fail("not-ready",
                      fmt::format("{} was not added: its MX names could not be captured. {} To add "
                                  "it all the same, name them with --mx, or use --no-probe.",
                                  policy.scope.text(), pins.error().text));
  }
  policy.mx_pins = *pins;
  std::string names;
  for (const auto& one : policy.mx_pins) names += " " + one.text();
  return "\n  Pinned MX:" + names;
}

base::Result<Policy> new_policy(const Context& context, const RecordsSession& session,
                                const std::string& text, const FieldTexts& fields) {
  auto scope = policy::Scope::parse(text);
  if (!scope) return std::unexpected(scope.error());
  Policy fresh;
  fresh.account = session.account.id;
  fresh.scope = *std::move(scope);
  fresh.author = context.actor().name;
  fresh.created = now();
  if (auto read = apply_fields(fresh, policy_fields(), fields); !read)
    return std::unexpected(read.error());
  return fresh;
}

}  // namespace

base::Result<const Policy*> policy_for(const RecordsSession& session, const std::string& domain) {
  auto scope = policy::Scope::parse(domain);
  if (!scope) return std::unexpected(scope.error());
  const std::string text = scope->text();
  for (const Policy& one : session.configuration.policies) {
    if (one.account == session.account.id && one.scope.text() == text) return &one;
  }
  return base::fail("not-found",
                    fmt::format("{} is not under policy in account {}. To see what is: postern "
                                "policy list",
                                text, session.account.name));
}

int add_policies(Context& context, const std::vector<std::string>& domains,
                 const FieldTexts& fields, bool probe) {
  std::map<std::string, Pins> captured;
  const auto prepare = [&](const RecordsSession& session, const std::string& text) {
    if (!probe || !context.capture_pins || policy_for(session, text)) return;
    const auto fresh = new_policy(context, session, text, fields);
    if (!fresh || !wants_pins(*fresh)) return;
    Pins pins = context.capture_pins(fresh->scope.base);
    // A partner that is not ready may be watched: monitor blocks nothing.
    if (!pins && fresh->stage == tls::Stage::monitor) return;
    captured.try_emplace(fresh->scope.text(), std::move(pins));
  };
  const auto work = [&](RecordsSession& session, records::Change& change, const std::string& text,
                        Report& report) -> base::Result<> {
    auto fresh = new_policy(context, session, text, fields);
    if (!fresh) return std::unexpected(fresh.error());
    if (auto old = policy_for(session, text)) return add_existing(**old, fields, report);
    const std::string name = fresh->scope.text();
    std::string pinned;
    if (const auto pins = captured.find(name); pins != captured.end()) {
      auto said = pin(*fresh, pins->second);
      if (!said) return std::unexpected(said.error());
      pinned = *std::move(said);
    }
    auto put = change.put(*fresh);
    if (!put) return std::unexpected(put.error());
    fresh->id = *put;
    report.add(name, "added",
               fmt::format("{} added: {}, {}.{}{}", name, tls::shown_as(fresh->mode),
                           tls::stage_text(fresh->stage), pinned, pin_advice(*fresh)));
    // So that the same domain, named twice, is found the second time.
    session.configuration.policies.push_back(*std::move(fresh));
    return {};
  };
  return for_each_domain(context, domains, prepare, work);
}

int set_policies(Context& context, const std::vector<std::string>& domains,
                 const FieldTexts& fields) {
  if (fields.empty()) {
    context.err << "postern: name what to set, such as --mode relaxed. See: postern policy set "
                   "--help\n";
    return exit_usage;
  }
  const auto work = [&](RecordsSession& session, records::Change& change, const std::string& text,
                        Report& report) -> base::Result<> {
    auto old = policy_for(session, text);
    if (!old) return std::unexpected(old.error());
    Policy wanted = **old;
    if (auto read = apply_fields(wanted, policy_fields(), fields); !read) return read;
    const std::string name = wanted.scope.text();
    if (wanted == **old) {
      report.add(name, "unchanged", name + " is set so already; unchanged.");
      return {};
    }
    if (auto put = change.put(wanted); !put) return std::unexpected(put.error());
    report.add(name, "changed",
               fmt::format("{} changed: {}, {}.", name, tls::shown_as(wanted.mode),
                           tls::stage_text(wanted.stage)));
    return {};
  };
  return for_each_domain(context, domains, prepare_nothing, work);
}

int promote_policies(Context& context, const std::vector<std::string>& domains) {
  const auto work = [](RecordsSession& session, records::Change& change, const std::string& text,
                       Report& report) -> base::Result<> {
    auto old = policy_for(session, text);
    if (!old) return std::unexpected(old.error());
    const std::string name = (*old)->scope.text();
    if ((*old)->stage == tls::Stage::enforce) {
      report.add(name, "unchanged", name + " is enforced already; unchanged.");
      return {};
    }
    Policy wanted = **old;
    wanted.stage = tls::Stage::enforce;
    if (auto put = change.put(wanted); !put) return std::unexpected(put.error());
    report.add(name, "promoted",
               fmt::format("{} is enforced from now on: {}.", name, tls::shown_as(wanted.mode)));
    return {};
  };
  return for_each_domain(context, domains, prepare_nothing, work);
}

int remove_policies(Context& context, const std::vector<std::string>& domains) {
  const auto work = [](RecordsSession& session, records::Change& change, const std::string& text,
                       Report& report) -> base::Result<> {
    auto old = policy_for(session, text);
    if (!old) return std::unexpected(old.error());
    const std::string name = (*old)->scope.text();
    if (auto removed = change.remove((*old)->id); !removed) return removed;
    report.add(name, "removed", name + " is under no policy of its own any more.");
    return {};
  };
  return for_each_domain(context, domains, prepare_nothing, work);
}

}  // namespace postern::cli
