// postern domain list | add | validate | set | remove
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "app/cli/records_groups.h"
#include "app/cli/records_session.h"
#include "app/cli/table.h"
#include "app/wiring.h"
#include "core/base/json_writer.h"
#include "core/base/text.h"
#include "io/crypto/tls.h"
#include "io/net/shard.h"

namespace postern::cli {

namespace {

constexpr std::string_view challenge_label = "_postern";
constexpr std::string_view challenge_prefix = "postern-verification=";

struct DomainOptions {
  std::vector<std::string> domains;
  bool already_validated = false;
  std::string enforce_receipt;
};

std::string challenge_name(const policy::InternalDomain& domain) {
  return fmt::format("{}.{}", challenge_label, domain.domain.text());
}

std::string challenge_value(const policy::InternalDomain& domain) {
  return std::string(challenge_prefix) + domain.validation_token;
}

std::string fresh_token() {
  std::string bytes = crypto::random_bytes(20);
  return base::hex({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

const policy::InternalDomain* find(const RecordsSession& session, const dns::Domain& domain) {
  for (const policy::InternalDomain& one : session.configuration.domains) {
    if (one.domain == domain && one.account == session.account.id) return &one;
  }
  return nullptr;
}

void write_domain(base::JsonWriter& json, const policy::InternalDomain& domain) {
  json.begin_object();
  json.field("id", domain.id.value).field("domain", domain.domain.text());
  json.field("validated", domain.validated).field("enforce_receipt", domain.enforce_receipt);
  json.key("publish").begin_object();
  json.field("name", challenge_name(domain)).field("type", "TXT");
  json.field("value", challenge_value(domain)).end_object();
  json.end_object();
}

int list(Context& context) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  base::JsonWriter json;
  json.begin_array();
  Table table({"domain", "validated", "receipt needs TLS", "publish to validate"});
  for (const policy::InternalDomain& domain : session->configuration.domains) {
    if (domain.account != session->account.id) continue;
    write_domain(json, domain);
    std::string publish =
        fmt::format("{} TXT \"{}\"", challenge_name(domain), challenge_value(domain));
    table.row({domain.domain.unicode(), domain.validated ? "yes" : "no",
               domain.enforce_receipt ? "yes" : "no", domain.validated ? "" : publish});
  }
  json.end_array();
  if (context.json) {
    context.out << std::move(json).take() << "\n";
  } else if (table.empty()) {
    context.out << "There are no internal domains; add one with: postern domain add DOMAIN\n";
  } else {
    context.out << table.text();
  }
  return exit_ok;
}

int add_one(Context& context, RecordsSession& session, const std::string& text,
            const DomainOptions& options) {
  auto domain = dns::Domain::parse(text);
  if (!domain) return context.fail(domain.error());
  policy::InternalDomain fresh;
  const policy::InternalDomain* old = find(session, *domain);
  if (old) fresh = *old;
  if (old && (old->validated || !options.already_validated)) {
    context.out << fmt::format("{} is there already; unchanged.\n", domain->text());
    return exit_ok;
  }
  fresh.account = session.account.id;
  fresh.domain = *domain;
  fresh.validated = options.already_validated;
  if (!old) fresh.validation_token = fresh_token();
  auto stored = change_records(context, session, [&](records::Change& change) -> base::Result<> {
    auto id = change.put(fresh);
    if (!id) return std::unexpected(id.error());
    return {};
  });
  if (!stored) return context.fail(stored.error());
  if (fresh.validated) {
    context.out << fmt::format("{} added and taken as validated.\n", domain->text());
  } else {
    context.out << fmt::format(
        "{} added. Publish this, then run: postern domain validate {}\n  {}. TXT \"{}\"\n",
        domain->text(), domain->text(), challenge_name(fresh), challenge_value(fresh));
  }
  return exit_ok;
}

int add(Context& context, const DomainOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  int worst = exit_ok;
  for (const std::string& text : options.domains) {
    if (add_one(context, *session, text, options) != exit_ok) worst = exit_partly;
  }
  return worst == exit_partly && options.domains.size() == 1 ? exit_failed : worst;
}

net::Task<void> look_up(net::Shard& shard, resolver::ResolverSettings settings, dns::Domain name,
                        base::Result<dns::TxtAnswer>& answer) {
  auto resolver = resolver::make_resolver(shard, std::move(settings));
  if (!resolver) {
    answer = std::unexpected(resolver.error());
    co_return;
  }
  base::Deadline deadline{.at = shard.now() + std::chrono::seconds(20)};
  answer = co_await (*resolver)->txt(name, deadline);
}

std::string what_was_found(const dns::TxtAnswer& answer) {
  if (answer.absent()) return "nothing is published there yet";
  if (!answer.ok()) return answer.why;
  std::string found;
  for (const dns::Txt& record : answer.records) {
    found += fmt::format("{}\"{}\"", found.empty() ? "" : ", ", base::printable(record.text, 200));
  }
  return "found instead: " + found;
}

int validate_one(Context& context, RecordsSession& session, const std::string& text,
                 const resolver::ResolverSettings& settings) {
  auto domain = dns::Domain::parse(text);
  if (!domain) return context.fail(domain.error());
  const policy::InternalDomain* found = find(session, *domain);
  if (!found) {
    return context.fail({"not-found",
                         fmt::format("{} is not there; first: postern domain add {}",
                                     domain->text(), domain->text()),
                         ""});
  }
  auto name = dns::Domain::parse(challenge_name(*found));
  if (!name) return context.fail(name.error());
  net::Shard shard;
  base::Result<dns::TxtAnswer> answer;
  shard.run_until_done(look_up(shard, settings, *name, answer));
  if (!answer) return context.fail(answer.error());
  bool proved = std::ranges::any_of(answer->records, [&](const dns::Txt& record) {
    return record.text == challenge_value(*found);
  });
  if (!proved) {
    return context.fail(
        {"not-validated",
         fmt::format("{} is not validated: {} TXT should hold \"{}\"; {}.", domain->text(),
                     name->text(), challenge_value(*found), what_was_found(*answer)),
         ""});
  }
  policy::InternalDomain changed = *found;
  changed.validated = true;
  auto stored = change_records(context, session, [&](records::Change& change) -> base::Result<> {
    auto id = change.put(changed);
    if (!id) return std::unexpected(id.error());
    return {};
  });
  if (!stored) return context.fail(stored.error());
  context.out << fmt::format("{} is validated; mail for it is accepted.\n", domain->text());
  return exit_ok;
}

int validate(Context& context, const DomainOptions& options) {
  auto settings = context.settings();
  if (!settings) return context.fail(settings.error());
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  resolver::ResolverSettings resolver = app::resolver_settings(*settings);
  int failures = 0;
  for (const std::string& text : options.domains) {
    failures += validate_one(context, *session, text, resolver) != exit_ok;
  }
  if (failures == 0) return exit_ok;
  return failures == static_cast<int>(options.domains.size()) ? exit_failed : exit_partly;
}

// Finds each named domain and does something to it; one unknown name changes nothing at all.
int for_each(Context& context, const DomainOptions& options, const char* done,
             const std::function<base::Result<>(records::Change&, policy::InternalDomain)>& edit) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  auto changed = change_records(context, *session, [&](records::Change& change) -> base::Result<> {
    for (const std::string& text : options.domains) {
      auto domain = dns::Domain::parse(text);
      if (!domain) return std::unexpected(domain.error());
      const policy::InternalDomain* found = find(*session, *domain);
      if (!found) {
        return base::fail("not-found", fmt::format("{} is not an internal domain of account {}; "
                                                   "see: postern domain list",
                                                   domain->text(), session->account.name));
      }
      if (auto edited = edit(change, *found); !edited) return edited;
    }
    return {};
  });
  if (!changed) return context.fail(changed.error());
  context.out << fmt::format("{}: {}.\n", fmt::join(options.domains, ", "), done);
  return exit_ok;
}

int set(Context& context, const DomainOptions& options) {
  bool on = options.enforce_receipt == "yes";
  const char* done =
      on ? "its servers must use TLS from now on" : "its servers may send without TLS";
  return for_each(context, options, done,
                  [on](records::Change& change, policy::InternalDomain domain) -> base::Result<> {
                    domain.enforce_receipt = on;
                    auto id = change.put(std::move(domain));
                    if (!id) return std::unexpected(id.error());
                    return {};
                  });
}

int remove(Context& context, const DomainOptions& options) {
  return for_each(context, options, "removed, with its routes",
                  [](records::Change& change, policy::InternalDomain domain) {
                    return change.remove(domain.id);
                  });
}

}  // namespace

void add_domain_commands(CLI::App& root, Context& context) {
  CLI::App* group = root.add_subcommand("domain", "Internal domains: mail for them is accepted");
  group->require_subcommand(1);
  auto options = std::make_shared<DomainOptions>();
  group->add_subcommand("list", "List the internal domains of an account")->callback([&context] {
    context.exit_code = list(context);
  });
  auto named = [&](const char* verb, const char* help) {
    CLI::App* command = group->add_subcommand(verb, help);
    command->add_option("domain", options->domains, "Domains")->required();
    return command;
  };
  CLI::App* adder = named("add", "Add internal domains; each gets a record to publish");
  adder->add_flag("--already-validated", options->already_validated,
                  "Take the domains as validated without looking; the audit log says so");
  adder->callback([&context, options] { context.exit_code = add(context, *options); });
  named("validate", "Look the published record up, and accept mail for the domain")
      ->callback([&context, options] { context.exit_code = validate(context, *options); });
  CLI::App* setter = named("set", "Change how a domain's own servers must connect");
  setter
      ->add_option("--enforce-receipt", options->enforce_receipt,
                   "yes: MAIL FROM of this domain needs TLS")
      ->check(CLI::IsMember({"yes", "no"}))
      ->required();
  setter->callback([&context, options] { context.exit_code = set(context, *options); });
  named("remove", "Remove internal domains")->callback([&context, options] {
    context.exit_code = remove(context, *options);
  });
}

}  // namespace postern::cli
