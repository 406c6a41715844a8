// postern domain list | show | add | validate | set | remove | import | export
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "app/cli/domain_kind.h"
#include "app/cli/import.h"
#include "app/cli/records_groups.h"
#include "app/cli/report.h"
#include "app/names.h"
#include "app/wiring.h"
#include "core/onboarding/domain_proof.h"
#include "io/net/shard.h"
#include "service/onboarding/dns_looks.h"

namespace postern::cli {

namespace {

// What may be changed of a domain: not its proof.
std::vector<FieldInfo> settable() {
  std::vector<FieldInfo> fields = infos(DomainKind({}).fields());
  std::erase_if(fields, [](const FieldInfo& field) { return field.help.empty(); });
  return fields;
}

struct DomainOptions {
  std::vector<std::string> domains;
  bool already_validated = false;
  std::vector<FieldInfo> fields = settable();
  GivenTexts changes;
};

const policy::InternalDomain* find(const RecordsSession& session, const dns::Domain& domain) {
  for (const policy::InternalDomain& one : session.configuration.domains) {
    if (one.domain == domain && one.account == session.account.id) return &one;
  }
  return nullptr;
}

base::Result<const policy::InternalDomain*> domain_named(const RecordsSession& session,
                                                         const std::string& text) {
  auto domain = dns::Domain::parse(text);
  if (!domain) return std::unexpected(domain.error());
  if (const policy::InternalDomain* found = find(session, *domain)) return found;
  return base::fail("not-found",
                    fmt::format("{} is not an internal domain of account {}. To add it: postern "
                                "domain add {}",
                                domain->text(), session.account.name, domain->text()));
}

int list(Context& context) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  const DomainKind kind(session->account.id);
  const std::vector<policy::InternalDomain> domains = kind.all(*session);
  if (context.json) {
    print_objects(context, kind, *session, domains);
    return exit_ok;
  }
  Table table({"domain", "validated", "receipt needs TLS", "publish to validate"});
  for (const policy::InternalDomain& domain : domains) {
    std::string publish =
        fmt::format("{} TXT \"{}\"", challenge_name(domain), challenge_value(domain));
    table.row({domain.domain.unicode(), yes_no(domain.validated), yes_no(domain.enforce_receipt),
               domain.validated ? "" : publish});
  }
  context.out << (table.empty()
                      ? "There are no internal domains; add one with: postern domain add DOMAIN\n"
                      : table.text());
  return exit_ok;
}

int show(Context& context, const DomainOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  const auto domain = domain_named(*session, options.domains.front());
  if (!domain) return context.fail(domain.error());
  const DomainKind kind(session->account.id);
  const int shown = show_object(context, kind, *session, **domain, (*domain)->domain.unicode());
  const std::string todo = kind.remark(**domain);
  if (!context.json && !todo.empty()) context.out << todo << "\n";
  return shown;
}

int import_file(Context& context, ImportOptions import, const DomainOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  Proof proof = Proof::to_be_found;
  if (options.already_validated) {
    proof = Proof::taken_for_granted;
    import.given.emplace_back("validated", "yes");  // unless a line says no
  }
  return import_objects(context, DomainKind(session->account.id, proof), import, *session);
}

int export_all(Context& context) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  return export_objects(context, DomainKind(session->account.id), *session);
}

base::Result<> put(Context& context, RecordsSession& session, policy::InternalDomain domain) {
  return change_records(context, session,
                        [&](records::Change& change) { return put_in(change, domain); });
}

base::Result<> add_one(Context& context, RecordsSession& session, const std::string& text,
                       const DomainOptions& options, Report& report) {
  auto domain = dns::Domain::parse(text);
  if (!domain) return std::unexpected(domain.error());
  const std::string name = domain->text();
  policy::InternalDomain fresh;
  const policy::InternalDomain* old = find(session, *domain);
  if (old) fresh = *old;
  if (old && (old->validated || !options.already_validated)) {
    report.add(name, "unchanged", name + " is there already; unchanged.");
    return {};
  }
  fresh.account = session.account.id;
  fresh.domain = *domain;
  const bool below = onboarding::proved_above(session.configuration.domains, session.account.id,
                                              *domain) != nullptr;
  fresh.validated = options.already_validated || below;
  if (!old) fresh.validation_token = fresh_token();
  if (auto stored = put(context, session, fresh); !stored) return stored;
  report.add(name, old ? "changed" : "added",
             fresh.validated
                 ? name + (below ? " added; it needs no proof below a validated domain."
                                 : " added and taken as validated.")
                 : fmt::format("{} added. Publish this, then run: postern domain "
                               "validate {}\n  {}. TXT \"{}\"",
                               name, name, challenge_name(fresh), challenge_value(fresh)));
  return {};
}

int add(Context& context, const DomainOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  Report report(context);
  for (const std::string& text : options.domains) {
    auto added = add_one(context, *session, text, options, report);
    if (!added) report.refuse(text, added.error());
  }
  return report.print();
}

net::Task<void> look_up(net::Shard& shard, const app::Settings& settings,
                        policy::InternalDomain domain,
                        base::Result<onboarding::ProofVerdict>& verdict) {
  auto resolver = resolver::make_resolver(shard, app::resolver_settings(settings));
  if (!resolver) {
    verdict = std::unexpected(resolver.error());
    co_return;
  }
  const dns::Domain gateway = dns::Domain::parse(app::hostname(settings)).value_or(dns::Domain());
  const base::Deadline deadline{.at = shard.now() + std::chrono::seconds(20)};
  verdict = co_await onboarding::look_for_proof(**resolver, domain, gateway, deadline);
}

// Failure "not-validated": what was found instead, and what to do.
base::Result<> prove(const policy::InternalDomain& domain, const app::Settings& settings) {
  net::Shard shard;
  base::Result<onboarding::ProofVerdict> verdict;
  shard.run_until_done(look_up(shard, settings, domain, verdict));
  if (!verdict) return std::unexpected(verdict.error());
  if (verdict->proved) return {};
  std::string found = fmt::format("{}", fmt::join(verdict->found, ", "));
  if (!found.empty()) found = " Found: " + found + ".";
  return base::fail(
      "not-validated",
      fmt::format("{} is not validated: {} TXT should hold \"{}\". {}{}", domain.domain.text(),
                  challenge_name(domain), challenge_value(domain), verdict->why, found));
}

base::Result<> validate_one(Context& context, RecordsSession& session, const std::string& text,
                            const app::Settings& settings, Report& report) {
  auto found = domain_named(session, text);
  if (!found) return std::unexpected(found.error());
  auto& domains = session.configuration.domains;
  const policy::InternalDomain domain = **found;
  const bool below = onboarding::proved_above(domains, domain.account, domain.domain) != nullptr;
  if (!domain.validated && !below) {
    if (auto proved = prove(domain, settings); !proved) return proved;
  }
  const auto stored =
      change_records(context, session, [&](records::Change& change) -> base::Result<> {
        for (policy::InternalDomain& one : domains) {
          const bool proved = one.id == domain.id || one.domain.is_below(domain.domain);
          if (one.account != domain.account || one.validated || !proved) continue;
          one.validated = true;
          if (auto put = put_in(change, one); !put) return put;
        }
        return {};
      });
  if (!stored) return stored;
  report.add(domain.domain.text(), "validated",
             domain.domain.text() + " is validated; mail for it is accepted.");
  return {};
}

int validate(Context& context, const DomainOptions& options) {
  auto settings = context.settings();
  if (!settings) return context.fail(settings.error());
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  Report report(context);
  for (const std::string& text : options.domains) {
    auto validated = validate_one(context, *session, text, *settings, report);
    if (!validated) report.refuse(text, validated.error());
  }
  return report.print();
}

// Finds each named domain and does something to it; one unknown name changes nothing at all.
struct Done {
  const char* result;
  const char* text;
};
int for_each(Context& context, const DomainOptions& options, Done done,
             const std::function<base::Result<>(records::Change&, policy::InternalDomain)>& edit) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  Report report(context);
  auto changed = change_records(context, *session, [&](records::Change& change) -> base::Result<> {
    for (const std::string& text : options.domains) {
      auto found = domain_named(*session, text);
      if (!found) return std::unexpected(found.error());
      const std::string name = (*found)->domain.text();
      if (auto edited = edit(change, **found); !edited) return edited;
      report.add(name, done.result, fmt::format("{}: {}.", name, done.text));
    }
    return {};
  });
  return changed ? report.print() : context.fail(changed.error());
}

int set(Context& context, const DomainOptions& options) {
  const FieldTexts fields = given_fields(options.fields, options.changes);
  if (fields.empty()) {
    return context.fail({"usage", "Name what shall change; see: postern domain set --help", {}});
  }
  return for_each(
      context, options, {"changed", "changed"},
      [&fields](records::Change& change, policy::InternalDomain domain) -> base::Result<> {
        const DomainKind kind(domain.account);
        if (auto read = apply_fields(domain, kind.fields(), fields); !read) return read;
        return put_in(change, std::move(domain));
      });
}

int remove(Context& context, const DomainOptions& options) {
  return for_each(context, options, {"removed", "removed"},
                  [](records::Change& change, policy::InternalDomain domain) {
                    return change.remove(domain.id);
                  });
}

void add_movers(CLI::App& group, Context& context, const std::shared_ptr<DomainOptions>& options) {
  CLI::App* importer = add_import_command(
      group, context, "Add many internal domains: a plain list, or CSV with a heading line",
      "domain", infos(DomainKind({}).fields()), [&context, options](const ImportOptions& import) {
        return import_file(context, import, *options);
      });
  importer->add_flag("--already-validated", options->already_validated,
                     "Take the domains as validated without looking, unless their line says no");
  group
      .add_subcommand("export",
                      "Print all internal domains as CSV, which import reads; --json for JSON")
      ->callback([&context] { context.exit_code = export_all(context); });
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
  CLI::App* shower = group->add_subcommand("show", "Show everything about one internal domain");
  shower->add_option("domain", options->domains, "The domain")->required()->expected(1);
  shower->callback([&context, options] { context.exit_code = show(context, *options); });
  CLI::App* adder = named("add", "Add internal domains; each gets a record to publish");
  adder->add_flag("--already-validated", options->already_validated,
                  "Take the domains as validated without looking; the audit log says so");
  adder->callback([&context, options] { context.exit_code = add(context, *options); });
  named("validate", "Look the published record up, and accept mail for the domain")
      ->callback([&context, options] { context.exit_code = validate(context, *options); });
  CLI::App* setter =
      named("set", "Change how a domain's own servers must connect, and what it tells by MTA-STS");
  add_field_options(*setter, options->fields, options->changes);
  setter->callback([&context, options] { context.exit_code = set(context, *options); });
  named("remove", "Remove internal domains")->callback([&context, options] {
    context.exit_code = remove(context, *options);
  });
  add_movers(*group, context, options);
}

}  // namespace postern::cli
