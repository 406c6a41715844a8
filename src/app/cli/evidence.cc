// postern evidence list | export | forget
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <ostream>

#include "app/cli/json_rows.h"
#include "app/cli/records_groups.h"
#include "app/cli/records_session.h"
#include "app/cli/table.h"
#include "core/base/text.h"
#include "io/records/describe.h"
#include "io/records/evidence_csv.h"

namespace postern::cli {

namespace {

using records::EvidenceFilter;
using records::EvidenceRow;

constexpr std::size_t page_size = 1000;

struct EvidenceOptions {
  std::string from;
  std::string until;
  std::string domain;
  std::string message;
  std::string hop;
  std::string outcome;
  std::string before;
  std::int64_t limit = 50;
  bool csv = false;
  bool all_accounts = false;
};

// The enumerator called so; the failure names them all.
template <class Value, std::size_t n>
base::Result<Value> named(const std::array<Value, n>& values, std::string_view (*text_of)(Value),
                          const std::string& text) {
  std::string names;
  for (const Value value : values) {
    if (text_of(value) == text) return value;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", text_of(value));
  }
  return base::fail("usage", fmt::format("\"{}\" is not one of {}.", base::printable(text), names));
}

constexpr std::array hops{queue::Hop::partner_to_gateway, queue::Hop::gateway_to_internal,
                          queue::Hop::internal_to_gateway, queue::Hop::gateway_to_partner};
constexpr std::array outcomes{queue::AttemptOutcome::accepted, queue::AttemptOutcome::delivered,
                              queue::AttemptOutcome::deferred, queue::AttemptOutcome::refused,
                              queue::AttemptOutcome::bounced,  queue::AttemptOutcome::probed};

base::Result<EvidenceFilter> filter_of(const EvidenceOptions& options) {
  EvidenceFilter filter;
  auto from = read_moment(options.from);
  if (!from) return std::unexpected(from.error());
  filter.from = *from;
  auto until = read_moment(options.until);
  if (!until) return std::unexpected(until.error());
  filter.until = *until;
  if (!options.domain.empty()) {
    auto domain = dns::Domain::parse(options.domain);
    if (!domain) return base::fail("usage", domain.error().text);
    filter.domain = domain->text();
  }
  if (!options.message.empty()) {
    filter.message = base::parse_queue_id(options.message);
    if (!filter.message) {
      return base::fail("usage", fmt::format("\"{}\" is not a queue id, as postern queue list and "
                                             "the log show them.",
                                             base::printable(options.message)));
    }
  }
  if (!options.hop.empty()) {
    auto hop = named(hops, &queue::hop_text, options.hop);
    if (!hop) return std::unexpected(hop.error());
    filter.hop = *hop;
  }
  if (!options.outcome.empty()) {
    auto outcome = named(outcomes, &queue::outcome_text, options.outcome);
    if (!outcome) return std::unexpected(outcome.error());
    filter.outcome = *outcome;
  }
  return filter;
}

// Filter and records for a command; the account is a condition unless all are wanted.
struct Search {
  RecordsSession session;
  EvidenceFilter filter;
};

base::Result<Search> begin(const Context& context, const EvidenceOptions& options) {
  auto filter = filter_of(options);
  if (!filter) return std::unexpected(filter.error());
  auto session = open_session(context);
  if (!session) return std::unexpected(session.error());
  if (!options.all_accounts) filter->account = session->account.id;
  return Search{*std::move(session), *std::move(filter)};
}

int refuse(Context& context, const base::Failure& failure) {
  context.fail(failure);
  return failure.code == "usage" ? exit_usage : exit_failed;
}

std::string account_name(const RecordsSession& session, base::AccountId id) {
  for (const policy::Account& one : session.configuration.accounts) {
    if (one.id == id) return one.name;
  }
  return id ? fmt::format("removed account {}", id.value) : "";
}

std::string json_of(const RecordsSession& session, const EvidenceRow& row) {
  base::JsonWriter json;
  json.begin_object().field("row", row.row);
  json.field("account", account_name(session, row.attempt.account));
  records::describe(json, row.attempt);
  json.end_object();
  return std::move(json).take();
}

std::string peer_of(const queue::Attempt& attempt) {
  return attempt.peer_host.empty() ? attempt.peer_address : attempt.peer_host;
}

std::string proof_of(const queue::Attempt& attempt) {
  if (attempt.version == tls::Version::none) return "no TLS";
  std::string text(tls::version_text(attempt.version));
  if (attempt.method != tls::AuthMethod::none) {
    text += fmt::format(", {}", tls::method_text(attempt.method));
  }
  return text;
}

int list(Context& context, const EvidenceOptions& options) {
  if (options.limit < 1) {
    context.err << "postern: --limit is a number from 1.\n";
    return exit_usage;
  }
  auto search = begin(context, options);
  if (!search) return refuse(context, search.error());
  search->filter.order = EvidenceFilter::Order::newest_first;
  search->filter.limit = static_cast<std::size_t>(options.limit);
  auto rows = search->session.records->evidence(search->filter);
  if (!rows) return context.fail(rows.error());
  std::ranges::reverse(*rows);  // the latest, read downwards
  base::JsonWriter json;
  json.begin_array();
  Table table(
      {"row", "time", "hop", "domain", "peer", "required", "met", "proof", "outcome", "reason"});
  for (const EvidenceRow& row : *rows) {
    const queue::Attempt& one = row.attempt;
    json.raw(json_of(search->session, row));
    table.row({std::to_string(row.row), base::rfc3339(one.time),
               std::string(queue::hop_text(one.hop)), base::printable(one.domain, 100),
               base::printable(peer_of(one), 100), std::string(tls::api_value(one.required)),
               one.met ? "yes" : "no", proof_of(one), std::string(queue::outcome_text(one.outcome)),
               one.reason});
  }
  json.end_array();
  if (context.json) {
    context.out << json.text() << "\n";
  } else if (table.empty()) {
    context.out << "There is no evidence like that.\n";
  } else {
    context.out << table.text();
  }
  return exit_ok;
}

int export_rows(Context& context, const EvidenceOptions& options) {
  auto search = begin(context, options);
  if (!search) return refuse(context, search.error());
  search->filter.limit = page_size;
  const bool csv = options.csv && !context.json;
  JsonRows lines(context.out, context.json ? JsonRows::Shape::array : JsonRows::Shape::lines);
  if (csv) context.out << records::evidence_csv_heading();
  for (;;) {
    auto rows = search->session.records->evidence(search->filter);
    if (!rows) return context.fail(rows.error());
    for (const EvidenceRow& row : *rows) {
      if (csv) {
        context.out << records::evidence_csv_line(
            row, account_name(search->session, row.attempt.account));
      } else {
        lines.add(json_of(search->session, row));
      }
    }
    if (rows->size() < page_size) break;
    search->filter.after = rows->back().row;
  }
  if (!csv) lines.finish();
  return exit_ok;
}

int forget(Context& context, const EvidenceOptions& options) {
  const auto before = base::parse_rfc3339(options.before);
  if (!before) {
    context.err << "postern: --before is a time: 2027-01-31 or 2027-01-31T12:00:00Z.\n";
    return exit_usage;
  }
  auto records = context.open_records();
  if (!records) return context.fail(records.error());
  auto forgotten = (*records)->forget_evidence_before(*before);
  if (!forgotten) return context.fail(forgotten.error());
  auto noted = (*records)->audit(context.actor(), now(), "evidence.forget",
                                 "evidence before " + base::rfc3339(*before), {});
  if (!noted) return context.fail(noted.error());
  if (context.json) {
    base::JsonWriter json;
    json.begin_object().field("forgotten", *forgotten).end_object();
    context.out << json.text() << "\n";
  } else {
    context.out << fmt::format("{} attempts before {} were forgotten, for all accounts.\n",
                               *forgotten, base::rfc3339(*before));
  }
  return exit_ok;
}

void add_filters(CLI::App& command, EvidenceOptions& options) {
  command.add_option("--from", options.from, "Attempts from this time on")->type_name("TIME");
  command.add_option("--until", options.until, "Attempts before this time")->type_name("TIME");
  command.add_option("--domain", options.domain, "Only with this domain")->type_name("DOMAIN");
  command.add_option("--message", options.message, "Only of this message")->type_name("QUEUE-ID");
  command.add_option("--hop", options.hop, "Only on this hop, such as gateway-to-partner")
      ->type_name("HOP");
  command.add_option("--outcome", options.outcome, "Only with this outcome, such as deferred")
      ->type_name("OUTCOME");
  command.add_flag("--all-accounts", options.all_accounts, "Not only the account's own");
}

}  // namespace

void add_evidence_commands(CLI::App& root, Context& context) {
  CLI::App* group =
      root.add_subcommand("evidence", "What was required and what was proved, attempt by attempt");
  group->require_subcommand(1);
  auto options = std::make_shared<EvidenceOptions>();

  CLI::App* lister = group->add_subcommand("list", "List the latest attempts");
  add_filters(*lister, *options);
  lister->add_option("--limit", options->limit, "At most this many")
      ->type_name("N")
      ->capture_default_str();
  lister->callback([&context, options] { context.exit_code = list(context, *options); });

  CLI::App* exporter = group->add_subcommand(
      "export", "Print all attempts of a period, one JSON object a line; --json for one array");
  add_filters(*exporter, *options);
  exporter->add_flag("--csv", options->csv, "CSV instead");
  exporter->callback([&context, options] { context.exit_code = export_rows(context, *options); });

  CLI::App* forgetter = group->add_subcommand(
      "forget", "Remove old evidence, of all accounts; the audit log keeps a note of it");
  forgetter->add_option("--before", options->before, "Attempts before this time")
      ->type_name("TIME")
      ->required();
  forgetter->callback([&context, options] { context.exit_code = forget(context, *options); });
}

}  // namespace postern::cli
