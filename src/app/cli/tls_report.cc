// postern tls-report list | show | failures | sent | preview | send: reports about TLS (RFC 8460),
// those of others about our domains, and ours about theirs.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "app/cli/control_client.h"
#include "app/cli/records_groups.h"
#include "app/cli/records_session.h"
#include "app/cli/table.h"
#include "app/wiring.h"
#include "core/base/json_writer.h"
#include "core/base/text.h"
#include "core/lint/lint.h"
#include "io/records/tls_reports.h"

namespace postern::cli {

namespace {

using records::Failing;
using records::ReceivedFilter;
using records::ReceivedReport;
using records::Sending;

constexpr std::size_t kMostRows = 1000;

struct TlsReportOptions {
  std::string domain;
  std::string day;
  std::int64_t id = 0;
  int days = 30;
};

std::string date_text(base::Instant time) { return base::rfc3339(time).substr(0, 10); }

base::Result<ReceivedFilter> filter_of(const RecordsSession& session,
                                       const TlsReportOptions& options) {
  ReceivedFilter filter{.account = session.account.id};
  filter.from = now() - std::chrono::days(options.days);
  filter.limit = kMostRows;
  if (options.domain.empty()) return filter;
  auto domain = dns::Domain::parse(options.domain);
  if (!domain) return std::unexpected(domain.error());
  filter.domain = *std::move(domain);
  return filter;
}

std::pair<std::int64_t, std::int64_t> sums_of(const tlsrpt::Report& report) {
  std::int64_t successful = 0;
  std::int64_t failed = 0;
  for (const tlsrpt::PolicyResult& result : report.policies) {
    successful += result.successful_sessions;
    failed += result.failed_sessions;
  }
  return {successful, failed};
}

// --- of others -----------------------------------------------------------------------------------

void write_received(base::JsonWriter& json, const ReceivedReport& one) {
  const auto [successful, failed] = sums_of(one.report);
  json.begin_object().field("id", one.id).field("domain", one.domain.text());
  json.field("received", base::rfc3339(one.received));
  json.field("organization", one.report.organization).field("contact", one.report.contact);
  json.field("report_id", one.report.id);
  json.field("begins", base::rfc3339(one.report.begin))
      .field("ends", base::rfc3339(one.report.end));
  json.field("successful", successful).field("failed", failed).end_object();
}

int list(Context& context, const TlsReportOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  auto filter = filter_of(*session, options);
  if (!filter) return context.fail(filter.error());
  auto reports = session->records->tls_received().reports(*filter);
  if (!reports) return context.fail(reports.error());
  if (context.json) {
    base::JsonWriter json;
    json.begin_array();
    for (const ReceivedReport& one : *reports) write_received(json, one);
    json.end_array();
    context.out << json.text() << "\n";
    return exit_ok;
  }
  if (reports->empty()) {
    context.out << "No report was received in this time. Domains get them when they publish where "
                   "to: postern posture show\n";
    return exit_ok;
  }
  Table table({"id", "day", "domain", "from", "successful", "failed"});
  for (const ReceivedReport& one : *reports) {
    const auto [successful, failed] = sums_of(one.report);
    table.row({std::to_string(one.id), date_text(one.report.begin), one.domain.text(),
               base::printable(one.report.organization, 60), std::to_string(successful),
               std::to_string(failed)});
  }
  context.out << table.text();
  return exit_ok;
}

int show(Context& context, const TlsReportOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  auto found = session->records->tls_received().find(session->account.id, options.id);
  if (!found) return context.fail(found.error());
  if (!*found) {
    return context.fail({"not-found",
                         fmt::format("The account has no received report {}; those that it has: "
                                     "postern tls-report list",
                                     options.id),
                         {}});
  }
  if (context.json) {
    context.out << tlsrpt::to_json((*found)->report) << "\n";
    return exit_ok;
  }
  context.out << lint::text(lint::report({(*found)->report, {}}));
  return exit_ok;
}

void write_failing(base::JsonWriter& json, const Failing& one) {
  json.begin_object().field("domain", one.domain.text()).field("organization", one.organization);
  json.field("result_type", one.result_type).field("host", one.receiving_mx);
  json.field("reason", one.reason_code).field("sessions", one.sessions);
  json.field("first", base::rfc3339(one.first)).field("last", base::rfc3339(one.last)).end_object();
}

int failures(Context& context, const TlsReportOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  auto filter = filter_of(*session, options);
  if (!filter) return context.fail(filter.error());
  auto failing = session->records->tls_received().failing(*filter);
  if (!failing) return context.fail(failing.error());
  if (context.json) {
    base::JsonWriter json;
    json.begin_array();
    for (const Failing& one : *failing) write_failing(json, one);
    json.end_array();
    context.out << json.text() << "\n";
    return exit_ok;
  }
  if (failing->empty()) {
    context.out << "No report of this time tells of a failure.\n";
    return exit_ok;
  }
  Table table({"sessions", "domain", "told by", "failure", "host", "reason", "last day"});
  for (const Failing& one : *failing) {
    table.row({std::to_string(one.sessions), one.domain.text(),
               base::printable(one.organization, 60), base::printable(one.result_type, 60),
               base::printable(one.receiving_mx, 60), base::printable(one.reason_code, 60),
               date_text(one.last)});
  }
  context.out << table.text();
  return exit_ok;
}

// --- ours ----------------------------------------------------------------------------------------

void write_sending(base::JsonWriter& json, const Sending& one) {
  json.begin_object().field("day", date_text(one.day)).field("domain", one.domain.text());
  json.field("destination", one.destination).field("state", records::state_text(one.state));
  json.field("report_id", one.report_id);
  json.field("attempts", static_cast<std::int64_t>(one.attempts));
  json.field(one.state == Sending::State::waiting ? "due" : "settled", base::rfc3339(one.due));
  json.field("detail", one.detail).end_object();
}

int sent(Context& context) {
  auto records = context.open_records();
  if (!records) return context.fail(records.error());
  auto sendings = (*records)->tls_sessions().sendings(kMostRows);
  if (!sendings) return context.fail(sendings.error());
  if (context.json) {
    base::JsonWriter json;
    json.begin_array();
    for (const Sending& one : *sendings) write_sending(json, one);
    json.end_array();
    context.out << json.text() << "\n";
    return exit_ok;
  }
  if (sendings->empty()) {
    context.out << "No day is over yet that a report could be about.\n";
    return exit_ok;
  }
  Table table({"day", "domain", "destination", "state", "attempts", "detail"});
  for (const Sending& one : *sendings) {
    table.row({date_text(one.day), one.domain.text(), base::printable(one.destination, 80),
               std::string(records::state_text(one.state)), std::to_string(one.attempts),
               base::printable(one.detail, 120)});
  }
  context.out << table.text();
  return exit_ok;
}

int preview(Context& context, const TlsReportOptions& options) {
  auto domain = dns::Domain::parse(options.domain);
  if (!domain) return context.fail(domain.error());
  auto moment = read_moment(options.day);
  if (!moment) return context.fail(moment.error());
  const auto day = std::chrono::floor<std::chrono::days>(moment->value_or(now()));
  auto settings = context.settings();
  if (!settings) return context.fail(settings.error());
  auto records = context.open_records();
  if (!records) return context.fail(records.error());
  auto tally = (*records)->tls_sessions().tally(day, *domain);
  if (!tally) return context.fail(tally.error());
  if (tally->results(*domain).empty()) {
    return context.fail({"not-found",
                         fmt::format("No session with servers of {} was counted on {} (UTC).",
                                     domain->text(), date_text(day)),
                         {}});
  }
  const tlsrpt::ReporterSettings who = app::reporter_settings(*settings);
  tlsrpt::Report report = tally->report(*domain);
  report.organization = who.organization;
  report.contact = who.contact;
  report.id = date_text(day) + "-preview";
  if (context.json) {
    context.out << tlsrpt::to_json(report) << "\n";
  } else {
    context.out << lint::text(lint::report({report, {}}));
  }
  return exit_ok;
}

int send(Context& context) {
  auto answer = ask_gateway(context, {"POST", "/v1/tls-reports/send", {}});
  if (!answer) return context.fail(answer.error());
  if (context.json) {
    context.out << *answer;
  } else {
    context.out << "Reports of days that are over go out now. What became of them: postern "
                   "tls-report sent\n";
  }
  return exit_ok;
}

void add_received_commands(CLI::App& group, Context& context,
                           const std::shared_ptr<TlsReportOptions>& options) {
  CLI::App* listed = group.add_subcommand("list", "Reports that others sent about our domains");
  CLI::App* failing =
      group.add_subcommand("failures", "How mail to our domains failed, as others report");
  for (CLI::App* command : {listed, failing}) {
    command->add_option("DOMAIN", options->domain, "Only about this internal domain");
    command->add_option("--days", options->days, "How far back (default 30)")
        ->check(CLI::Range(1, 3650));
  }
  listed->callback([&context, options] { context.exit_code = list(context, *options); });
  failing->callback([&context, options] { context.exit_code = failures(context, *options); });
  CLI::App* shown =
      group.add_subcommand("show", "One received report; with --json as RFC 8460 writes it");
  shown->add_option("ID", options->id, "Its number in the list")->required();
  shown->callback([&context, options] { context.exit_code = show(context, *options); });
}

}  // namespace

void add_tls_report_commands(CLI::App& root, Context& context) {
  CLI::App* group =
      root.add_subcommand("tls-report", "Reports about TLS, sent and received (RFC 8460)");
  group->require_subcommand(1);
  auto options = std::make_shared<TlsReportOptions>();
  add_received_commands(*group, context, options);
  group->add_subcommand("sent", "What became of the reports that we send")->callback([&context] {
    context.exit_code = sent(context);
  });
  CLI::App* previewed = group->add_subcommand(
      "preview", "What was counted on a day of a domain, as its report says it");
  previewed->add_option("DOMAIN", options->domain, "The domain that mail was sent to")->required();
  previewed->add_option("--day", options->day, "The day in UTC, 2026-11-26 (default today)");
  previewed->callback([&context, options] { context.exit_code = preview(context, *options); });
  group->add_subcommand("send", "Send reports of days that are over now, not at their time")
      ->callback([&context] { context.exit_code = send(context); });
}

}  // namespace postern::cli
