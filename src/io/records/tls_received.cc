#include <fmt/core.h>

#include "io/records/tls_report_rows.h"
#include "io/records/tls_reports.h"

namespace postern::records {
namespace {

constexpr std::string_view kReport =
    "id, account, domain, received, organization, contact, report_id, begins, ends";

ReceivedReport read_report(Query& q) {
  ReceivedReport report;
  report.id = q.integer(0);
  report.account = base::AccountId{q.integer(1)};
  const auto domain = dns::Domain::from_ascii(q.text(2));
  if (!domain) q.reject("the domain of a received TLS report");
  report.domain = domain.value_or(dns::Domain());
  report.received = base::instant(q.integer(3));
  report.report.organization = q.text(4);
  report.report.contact = q.text(5);
  report.report.id = q.text(6);
  report.report.begin = base::instant(q.integer(7));
  report.report.end = base::instant(q.integer(8));
  return report;
}

// Parameters $1 to $4 of every question that has this condition.
constexpr std::string_view kWhere =
    "account = $1 AND ($2 = '' OR domain = $2) AND begins >= $3 AND begins < $4";
struct Where {
  explicit Where(const ReceivedFilter& filter)
      : domain(filter.domain ? filter.domain->text() : ""),
        from(filter.from ? base::micros(*filter.from) : 0),
        until(filter.until ? base::micros(*filter.until) : INT64_MAX) {}
  std::string domain;
  std::int64_t from;
  std::int64_t until;
};

base::Result<> write_results(Database& database, std::int64_t id, const tlsrpt::Report& report) {
  std::int64_t position = 0;
  for (const tlsrpt::PolicyResult& result : report.policies) {
    auto done = database.run(
        fmt::format("INSERT INTO tls_received_results (report, position, {}, successful, failed)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    kPolicyColumns),
        id, position, tlsrpt::policy_type_text(result.policy.type), result.policy.domain,
        lines_of(result.policy.strings), lines_of(result.policy.mx_hosts),
        result.successful_sessions, result.failed_sessions);
    if (!done) return done;
    std::int64_t line = 0;
    for (const tlsrpt::Failures& failures : result.failures) {
      const tlsrpt::FailedWith& with = failures.with;
      done = database.run(
          fmt::format("INSERT INTO tls_received_failures (report, position, line, {}, sessions)"
                      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                      kFailureColumns),
          id, position, line++, with.result_type, with.sending_mta_ip, with.receiving_mx,
          with.receiving_helo, with.receiving_ip, with.additional_information, with.reason_code,
          failures.sessions);
      if (!done) return done;
    }
    ++position;
  }
  return {};
}

}  // namespace

base::Result<std::optional<std::int64_t>> SqliteTlsReceived::take(const ReceivedReport& report) {
  auto transaction = Transaction::begin(database_, Transaction::Kind::write);
  if (!transaction) return std::unexpected(transaction.error());
  std::optional<std::int64_t> id;
  Query q = database_.query(
      "INSERT INTO tls_received (account, domain, received, organization, contact, report_id,"
      " begins, ends) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id",
      report.account.value, report.domain.text(), base::micros(report.received),
      report.report.organization, report.report.contact, report.report.id,
      base::micros(report.report.begin), base::micros(report.report.end));
  while (q.next()) id = q.integer(0);
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  if (!id) return id;
  auto done = write_results(database_, *id, report.report);
  if (done) done = transaction->commit();
  if (!done) return std::unexpected(done.error());
  return id;
}

base::Result<> SqliteTlsReceived::load_results(ReceivedReport& report) {
  Query q = database_.query(fmt::format("SELECT {}, successful, failed FROM tls_received_results"
                                        " WHERE report = $1 ORDER BY position",
                                        kPolicyColumns),
                            report.id);
  while (q.next()) {
    report.report.policies.push_back({read_policy(q, 0), q.integer(4), q.integer(5), {}});
  }
  if (auto done = q.finish(); !done) return done;
  Query f = database_.query(fmt::format("SELECT position, {}, sessions FROM tls_received_failures"
                                        " WHERE report = $1 ORDER BY position, line",
                                        kFailureColumns),
                            report.id);
  while (f.next()) {
    const auto position = static_cast<std::size_t>(f.integer(0));
    report.report.policies.at(position).failures.push_back({read_failure(f, 1), f.integer(8)});
  }
  return f.finish();
}

base::Result<std::vector<ReceivedReport>> SqliteTlsReceived::reports(const ReceivedFilter& filter) {
  const Where where(filter);
  std::vector<ReceivedReport> all;
  Query q = database_.query(
      fmt::format("SELECT {} FROM tls_received WHERE {} AND ($5 = 0 OR id < $5)"
                  " ORDER BY id DESC LIMIT $6",
                  kReport, kWhere),
      filter.account.value, where.domain, where.from, where.until, filter.before, filter.limit);
  while (q.next()) all.push_back(read_report(q));
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  for (ReceivedReport& report : all) {
    if (auto loaded = load_results(report); !loaded) return std::unexpected(loaded.error());
  }
  return all;
}

base::Result<std::optional<ReceivedReport>> SqliteTlsReceived::find(base::AccountId account,
                                                                    std::int64_t id) {
  std::optional<ReceivedReport> found;
  Query q = database_.query(
      fmt::format("SELECT {} FROM tls_received WHERE id = $1 AND account = $2", kReport), id,
      account.value);
  while (q.next()) found = read_report(q);
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  if (!found) return found;
  if (auto loaded = load_results(*found); !loaded) return std::unexpected(loaded.error());
  return found;
}

base::Result<std::vector<DaySum>> SqliteTlsReceived::days(const ReceivedFilter& filter) {
  constexpr std::int64_t kDay = std::chrono::microseconds(std::chrono::days(1)).count();
  const Where where(filter);
  std::vector<DaySum> all;
  Query q = database_.query(
      fmt::format("SELECT begins / {} AS day, domain, SUM(successful), SUM(failed),"
                  " COUNT(DISTINCT id) FROM tls_received JOIN tls_received_results ON report = id"
                  " WHERE {} GROUP BY day, domain ORDER BY day, domain",
                  kDay, kWhere),
      filter.account.value, where.domain, where.from, where.until);
  while (q.next()) {
    auto domain = dns::Domain::from_ascii(q.text(1));
    if (!domain) {
      q.reject("the domain of a received TLS report");
      break;
    }
    all.push_back({std::chrono::sys_days(std::chrono::days(q.integer(0))), *std::move(domain),
                   q.integer(2), q.integer(3), q.integer(4)});
  }
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return all;
}

base::Result<std::vector<Failing>> SqliteTlsReceived::failing(const ReceivedFilter& filter) {
  const Where where(filter);
  std::vector<Failing> all;
  Query q = database_.query(
      fmt::format(
          "SELECT domain, organization, result_type, receiving_mx, reason_code, SUM(sessions) AS n,"
          " MIN(begins), MAX(begins) FROM tls_received JOIN tls_received_failures ON report = id"
          " WHERE {} GROUP BY domain, organization, result_type, receiving_mx, reason_code"
          " ORDER BY n DESC, domain, organization LIMIT $5",
          kWhere),
      filter.account.value, where.domain, where.from, where.until, filter.limit);
  while (q.next()) {
    auto domain = dns::Domain::from_ascii(q.text(0));
    if (!domain) {
      q.reject("the domain of a received TLS report");
      break;
    }
    all.push_back({*std::move(domain), std::string(q.text(1)), std::string(q.text(2)),
                   std::string(q.text(3)), std::string(q.text(4)), q.integer(5),
                   base::instant(q.integer(6)), base::instant(q.integer(7))});
  }
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return all;
}

base::Result<bool> SqliteTlsReceived::known_failure(const dns::Domain& domain,
                                                    const tlsrpt::FailedWith& failure,
                                                    base::Instant received_from,
                                                    std::int64_t other_than) {
  bool known = false;
  Query q = database_.query(
      "SELECT 1 FROM tls_received_failures JOIN tls_received ON id = report"
      " WHERE result_type = $1 AND receiving_mx = $2 AND domain = $3 AND received >= $4"
      " AND id <> $5 LIMIT 1",
      failure.result_type, failure.receiving_mx, domain.text(), base::micros(received_from),
      other_than);
  while (q.next()) known = true;
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return known;
}

base::Result<std::int64_t> SqliteTlsReceived::count_since(const dns::Domain& domain,
                                                          base::Instant received) {
  std::int64_t count = 0;
  Query q =
      database_.query("SELECT COUNT(*) FROM tls_received WHERE domain = $1 AND received >= $2",
                      domain.text(), base::micros(received));
  while (q.next()) count = q.integer(0);
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return count;
}

base::Result<> SqliteTlsReceived::forget_before(base::Instant received) {
  return database_.run("DELETE FROM tls_received WHERE received < $1", base::micros(received));
}

}  // namespace postern::records
