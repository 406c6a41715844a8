#include "io/records/sts_policies.h"

#include <fmt/core.h>

#include "io/records/audit_log.h"

namespace postern::records {
namespace {

constexpr std::string_view kColumns =
    "domain, id, body, fetched, expires, failed_id, failure_code, failure, failed, failures";

mtasts::Kept read(const Query& q) {
  return {.id = std::string(q.text(1)),
          .body = std::string(q.text(2)),
          .fetched = base::instant(q.integer(3)),
          .expires = base::instant(q.integer(4)),
          .failed_id = std::string(q.text(5)),
          .failure_code = std::string(q.text(6)),
          .failure = std::string(q.text(7)),
          .failed = base::instant(q.integer(8)),
          .failures = static_cast<int>(q.integer(9))};
}

}  // namespace

base::Result<std::optional<mtasts::Kept>> SqliteStsPolicies::find(const dns::Domain& domain) {
  std::optional<mtasts::Kept> kept;
  Query q = database_.query(fmt::format("SELECT {} FROM sts_policies WHERE domain = $1", kColumns),
                            domain.text());
  while (q.next()) kept = read(q);
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return kept;
}

base::Result<> SqliteStsPolicies::keep(const dns::Domain& domain, const mtasts::Kept& kept) {
  return database_.run(
      fmt::format("INSERT INTO sts_policies ({}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
                  " ON CONFLICT (domain) DO UPDATE SET id = $2, body = $3, fetched = $4,"
                  " expires = $5, failed_id = $6, failure_code = $7, failure = $8, failed = $9,"
                  " failures = $10",
                  kColumns),
      domain.text(), kept.id, kept.body, base::micros(kept.fetched), base::micros(kept.expires),
      kept.failed_id, kept.failure_code, kept.failure, base::micros(kept.failed), kept.failures);
}

base::Result<std::optional<mtasts::Kept>> SqliteStsPolicies::change(const dns::Domain& domain,
                                                                    const Change& change) {
  auto transaction = Transaction::begin(database_, Transaction::Kind::write);
  if (!transaction) return std::unexpected(transaction.error());
  auto before = find(domain);
  if (!before) return before;
  auto done = keep(domain, change(*before));
  if (done) done = transaction->commit();
  if (!done) return std::unexpected(done.error());
  return before;
}

base::Result<std::vector<std::pair<dns::Domain, mtasts::Kept>>> SqliteStsPolicies::all() {
  std::vector<std::pair<dns::Domain, mtasts::Kept>> all;
  Query q = database_.query(fmt::format("SELECT {} FROM sts_policies ORDER BY domain", kColumns));
  while (q.next()) {
    auto domain = dns::Domain::from_ascii(q.text(0));
    if (!domain) {
      q.reject("the policy domain is no domain name");
      break;
    }
    all.emplace_back(*std::move(domain), read(q));
  }
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return all;
}

base::Result<> SqliteStsPolicies::announce() {
  return database_.run("UPDATE meta SET value = value + 1 WHERE name = 'revision'");
}

base::Result<> SqliteStsPolicies::forget(Actor actor, base::Instant now,
                                         const dns::Domain& domain) {
  auto transaction = Transaction::begin(database_, Transaction::Kind::write);
  if (!transaction) return std::unexpected(transaction.error());
  auto kept = find(domain);
  if (!kept) return std::unexpected(kept.error());
  if (!*kept) {
    return base::fail("not-found", fmt::format("No MTA-STS policy of {} is kept. Those that are: "
                                               "postern sts show",
                                               domain.text()));
  }
  auto done = database_.run("DELETE FROM sts_policies WHERE domain = $1", domain.text());
  if (done) done = announce();
  if (!done) return done;
  auto log = AuditLog::continue_in(database_);
  if (!log) return std::unexpected(log.error());
  AuditEntry entry;
  entry.time = now;
  entry.actor = std::move(actor.name);
  entry.via = std::move(actor.via);
  entry.action = "sts-policy.forget";
  entry.object = "MTA-STS policy " + domain.text();
  entry.before = (*kept)->body;
  if (auto written = log->append(std::move(entry)); !written) return written;
  if (auto closed = log->close(); !closed) return closed;
  return transaction->commit();
}

}  // namespace postern::records
