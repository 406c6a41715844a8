#include <fmt/core.h>

#include "io/records/tls_report_rows.h"
#include "io/records/tls_reports.h"

namespace postern::records {
namespace {

std::int64_t number_of(std::chrono::sys_days day) { return day.time_since_epoch().count(); }
std::chrono::sys_days day_of(std::int64_t number) {
  return std::chrono::sys_days(std::chrono::days(number));
}

constexpr Sending::State kStates[] = {Sending::State::waiting, Sending::State::sent,
                                      Sending::State::failed, Sending::State::unwanted};

Sending read_sending(Query& q) {
  Sending sending;
  sending.day = day_of(q.integer(0));
  const auto domain = dns::Domain::from_ascii(q.text(1));
  if (!domain) q.reject("the domain of a TLS report");
  sending.domain = domain.value_or(dns::Domain());
  sending.destination = q.text(2);
  bool known = false;
  for (const Sending::State state : kStates) {
    if (state_text(state) != q.text(3)) continue;
    sending.state = state;
    known = true;
  }
  if (!known) q.reject("the state of a TLS report");
  sending.report_id = q.text(4);
  sending.attempts = static_cast<int>(q.integer(5));
  sending.due = base::instant(q.integer(6));
  sending.detail = q.text(7);
  return sending;
}

base::Result<std::vector<Sending>> read_all(Query q) {
  std::vector<Sending> all;
  while (q.next()) all.push_back(read_sending(q));
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return all;
}

constexpr std::string_view kSending =
    "day, domain, destination, state, report_id, attempts, due, detail";

}  // namespace

std::string_view state_text(Sending::State state) {
  switch (state) {
    case Sending::State::waiting:
      return "waiting";
    case Sending::State::sent:
      return "sent";
    case Sending::State::failed:
      return "failed";
    case Sending::State::unwanted:
      return "unwanted";
  }
  return "";
}

base::Result<> SqliteTlsSessions::add(const tlsrpt::Tally& tally) {
  auto transaction = Transaction::begin(database_, Transaction::Kind::write);
  if (!transaction) return std::unexpected(transaction.error());
  for (const tlsrpt::TallyRow& row : tally.rows()) {
    const tlsrpt::FailedWith with = row.failure.value_or(tlsrpt::FailedWith{});
    auto added = database_.run(
        fmt::format("INSERT INTO tls_sessions (day, domain, {}, {}, sessions) VALUES"
                    " ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
                    " ON CONFLICT DO UPDATE SET sessions = sessions + excluded.sessions",
                    kPolicyColumns, kFailureColumns),
        number_of(tally.day()), row.domain.text(), tlsrpt::policy_type_text(row.policy.type),
        row.policy.domain, lines_of(row.policy.strings), lines_of(row.policy.mx_hosts),
        with.result_type, with.sending_mta_ip, with.receiving_mx, with.receiving_helo,
        with.receiving_ip, with.additional_information, with.reason_code, row.sessions);
    if (!added) return added;
  }
  return transaction->commit();
}

base::Result<tlsrpt::Tally> SqliteTlsSessions::tally(std::chrono::sys_days day,
                                                     const std::optional<dns::Domain>& domain) {
  tlsrpt::Tally tally(day);
  Query q = database_.query(fmt::format("SELECT domain, {}, {}, sessions FROM tls_sessions"
                                        " WHERE day = $1 AND ($2 = '' OR domain = $2)",
                                        kPolicyColumns, kFailureColumns),
                            number_of(day), domain ? domain->text() : std::string());
  while (q.next()) {
    auto of = dns::Domain::from_ascii(q.text(0));
    if (!of) {
      q.reject("the domain of counted sessions");
      break;
    }
    tlsrpt::TallyRow row{*std::move(of), read_policy(q, 1), std::nullopt, q.integer(12)};
    if (!q.text(5).empty()) row.failure = read_failure(q, 5);
    tally.add(row);
  }
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return tally;
}

base::Result<TlsSessions::Unplanned> SqliteTlsSessions::unplanned(std::chrono::sys_days day) {
  Unplanned all;
  Query q = database_.query(
      "SELECT DISTINCT day, domain FROM tls_sessions AS s WHERE day < $1 AND NOT EXISTS"
      " (SELECT 1 FROM tls_sendings AS t WHERE t.day = s.day AND t.domain = s.domain)",
      number_of(day));
  while (q.next()) {
    auto domain = dns::Domain::from_ascii(q.text(1));
    if (!domain) {
      q.reject("the domain of counted sessions");
      break;
    }
    all.emplace_back(day_of(q.integer(0)), *std::move(domain));
  }
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return all;
}

base::Result<> SqliteTlsSessions::save(const Sending& sending) {
  return database_.run(
      fmt::format("INSERT INTO tls_sendings ({}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
                  " ON CONFLICT (day, domain, destination) DO UPDATE SET state = $4,"
                  " report_id = $5, attempts = $6, due = $7, detail = $8",
                  kSending),
      number_of(sending.day), sending.domain.text(), sending.destination, state_text(sending.state),
      sending.report_id, sending.attempts, base::micros(sending.due), sending.detail);
}

base::Result<std::vector<Sending>> SqliteTlsSessions::waiting(base::Instant until) {
  return read_all(database_.query(
      fmt::format("SELECT {} FROM tls_sendings WHERE state = 'waiting' AND due <= $1 ORDER BY due",
                  kSending),
      base::micros(until)));
}

base::Result<std::vector<Sending>> SqliteTlsSessions::sendings(std::size_t limit) {
  return read_all(database_.query(
      fmt::format("SELECT {} FROM tls_sendings ORDER BY day DESC, domain, destination LIMIT $1",
                  kSending),
      limit));
}

base::Result<> SqliteTlsSessions::forget_before(std::chrono::sys_days day) {
  auto done = database_.run("DELETE FROM tls_sessions WHERE day < $1", number_of(day));
  if (!done) return done;
  return database_.run("DELETE FROM tls_sendings WHERE day < $1", number_of(day));
}

}  // namespace postern::records
