// postern sts show | refetch | forget: the MTA-STS policies of partners, as they are kept.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "app/cli/lookaround.h"
#include "app/cli/records_groups.h"
#include "app/cli/records_session.h"
#include "app/cli/report.h"
#include "app/cli/table.h"
#include "core/base/json_writer.h"
#include "core/base/text.h"
#include "io/records/sts_policies.h"

namespace postern::cli {

namespace {

using mtasts::Kept;
using KeptPolicies = std::vector<std::pair<dns::Domain, Kept>>;

struct StsOptions {
  std::vector<std::string> domains;
};

base::Result<std::vector<dns::Domain>> domains_of(const StsOptions& options) {
  std::vector<dns::Domain> domains;
  for (const std::string& text : options.domains) {
    auto domain = dns::Domain::parse(text.substr(text.rfind('@') + 1));
    if (!domain) return std::unexpected(domain.error());
    domains.push_back(*std::move(domain));
  }
  return domains;
}

base::Result<KeptPolicies> chosen(records::StsPolicies& policies, const StsOptions& options) {
  auto domains = domains_of(options);
  if (!domains) return std::unexpected(domains.error());
  if (domains->empty()) return policies.all();
  KeptPolicies found;
  for (const dns::Domain& domain : *domains) {
    auto kept = policies.find(domain);
    if (!kept) return std::unexpected(kept.error());
    if (*kept) found.emplace_back(domain, **kept);
  }
  return found;
}

std::string state_of(const Kept& kept) {
  if (kept.id.empty()) return "never fetched";
  const auto rest = std::chrono::duration_cast<std::chrono::seconds>(kept.expires - now()).count();
  return (rest > 0 ? "holds, ends " : "ended ") + relative_time(rest);
}

std::string mode_of(const Kept& kept) {
  const auto policy = mtasts::parse_policy(kept.body);
  return policy ? std::string(mtasts::mode_text(policy->mode)) : "";
}

std::string hosts_of(const Kept& kept) {
  std::string text;
  if (const auto policy = mtasts::parse_policy(kept.body)) {
    for (const tls::HostPattern& host : policy->mx) {
      text += (text.empty() ? "" : " ") + host.text();
    }
  }
  return text;
}

void write_json(base::JsonWriter& json, const dns::Domain& domain, const Kept& kept) {
  json.begin_object().field("domain", domain.text()).field("id", kept.id);
  json.field("mode", mode_of(kept));
  json.key("mx").begin_array();
  if (const auto policy = mtasts::parse_policy(kept.body)) {
    for (const tls::HostPattern& host : policy->mx) json.value(host.text());
  }
  json.end_array();
  if (kept.id.empty()) {
    json.key("fetched").null().key("expires").null();
  } else {
    json.field("fetched", base::rfc3339(kept.fetched));
    json.field("expires", base::rfc3339(kept.expires));
  }
  json.field("holds", !kept.id.empty() && now() < kept.expires);
  json.field("failures", static_cast<std::int64_t>(kept.failures));
  json.field("failure", kept.failures > 0 ? kept.failure : "");
  json.field("policy", kept.body).end_object();
}

void print_one(const Context& context, const dns::Domain& domain, const Kept& kept) {
  context.out << fmt::format("{}\n  id       {}\n  state    {}\n", domain.text(), kept.id,
                             state_of(kept));
  if (!kept.id.empty()) context.out << "  fetched  " << base::rfc3339(kept.fetched) << "\n";
  if (kept.failures > 0) {
    context.out << fmt::format("  failed   {} ({} in a row): {}\n", base::rfc3339(kept.failed),
                               kept.failures, kept.failure);
  }
  for (const std::string_view line : base::split(kept.body, '\n')) {
    if (!base::trim(line).empty())
      context.out << "  | " << base::printable(base::trim(line)) << "\n";
  }
}

int show(Context& context, const StsOptions& options) {
  auto records = context.open_records();
  if (!records) return context.fail(records.error());
  auto kept = chosen((*records)->sts_policies(), options);
  if (!kept) return context.fail(kept.error());
  if (context.json) {
    base::JsonWriter json;
    json.begin_array();
    for (const auto& [domain, one] : *kept) write_json(json, domain, one);
    json.end_array();
    context.out << json.text() << "\n";
    return exit_ok;
  }
  if (kept->empty()) {
    context.out << "No MTA-STS policy is kept; the first delivery or probe of a domain that "
                   "publishes one fetches it.\n";
    return exit_ok;
  }
  if (!options.domains.empty()) {
    for (const auto& [domain, one] : *kept) print_one(context, domain, one);
    return exit_ok;
  }
  Table table({"domain", "mode", "state", "mx", "last failure"});
  for (const auto& [domain, one] : *kept) {
    table.row({domain.text(), mode_of(one), state_of(one), base::printable(hosts_of(one), 60),
               one.failures > 0 ? base::printable(one.failure, 80) : ""});
  }
  context.out << table.text();
  return exit_ok;
}

std::string outcome(const mtasts::Found& found) {
  if (found.state == mtasts::Found::State::unresolved) return found.why;
  if (found.state == mtasts::Found::State::none) return found.why + ".";
  std::string text =
      fmt::format("policy {}, mode {}, holds until {}", found.id,
                  mtasts::mode_text(found.policy.mode), base::rfc3339(found.expires));
  if (!found.why.empty()) text += "; " + found.why;
  return text + (text.ends_with('.') ? "" : ".");
}

net::Task<void> refetch_all(mtasts::Policies& policies, std::vector<dns::Domain> domains,
                            Report& report) {
  for (const dns::Domain& domain : domains) {
    const mtasts::Found found = co_await policies.refetch(domain);
    const bool failed = found.state == mtasts::Found::State::unresolved || !found.code.empty();
    if (failed) {
      report.refuse(domain.text(), {found.code, outcome(found), {}});
    } else {
      report.add(domain.text(), found.state == mtasts::Found::State::policy ? "fetched" : "none",
                 domain.text() + ": " + outcome(found));
    }
  }
}

int refetch(Context& context, const StsOptions& options) {
  auto domains = domains_of(options);
  if (!domains) return context.fail(domains.error());
  auto around = look_around(context);
  if (!around) return context.fail(around.error());
  Report report(context);
  around->shard->run_until_done(refetch_all(*around->sts, *std::move(domains), report));
  if (around->records) {
    auto told = around->records->sts_policies().announce();
    if (!told) return context.fail(told.error());
  }
  return report.print();
}

int forget(Context& context, const StsOptions& options) {
  auto domains = domains_of(options);
  if (!domains) return context.fail(domains.error());
  auto records = context.open_records();
  if (!records) return context.fail(records.error());
  Report report(context);
  for (const dns::Domain& domain : *domains) {
    auto done = (*records)->sts_policies().forget(context.actor(), now(), domain);
    if (done) {
      report.add(domain.text(), "forgotten",
                 fmt::format("The kept policy of {} is forgotten; the next message asks anew.",
                             domain.text()));
    } else {
      report.refuse(domain.text(), done.error());
    }
  }
  return report.print();
}

}  // namespace

void add_sts_commands(CLI::App& root, Context& context) {
  CLI::App* group =
      root.add_subcommand("sts", "MTA-STS policies of partners, as they are kept (RFC 8461)");
  group->require_subcommand(1);
  auto options = std::make_shared<StsOptions>();
  CLI::App* shown = group->add_subcommand("show", "Show what is kept, of all domains or of these");
  shown->add_option("DOMAIN", options->domains, "Policy domains");
  shown->callback([&context, options] { context.exit_code = show(context, *options); });
  CLI::App* fetched =
      group->add_subcommand("refetch", "Look the record up and fetch the policy now");
  fetched->add_option("DOMAIN", options->domains, "Policy domains")->required();
  fetched->callback([&context, options] { context.exit_code = refetch(context, *options); });
  CLI::App* forgotten = group->add_subcommand(
      "forget", "Forget a kept policy, though it holds: only after its owner asked for it");
  forgotten->add_option("DOMAIN", options->domains, "Policy domains")->required();
  forgotten->callback([&context, options] { context.exit_code = forget(context, *options); });
}

}  // namespace postern::cli
