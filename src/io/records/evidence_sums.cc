#include "io/records/evidence_sums.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <ranges>

#include "io/records/evidence_words.h"

namespace postern::records {
namespace {

using Outcome = queue::AttemptOutcome;

constexpr Proof kProofs[] = {Proof::authenticated, Proof::encrypted, Proof::clear, Proof::none};

bool is_delivery(queue::Hop hop) {
  return hop == queue::Hop::gateway_to_internal || hop == queue::Hop::gateway_to_partner;
}

// A look at an internal route that met what is enforced there, between two messages. A look at
// anything else proves nothing about what its mail would meet.
bool proved_again(const queue::Attempt& attempt) {
  return attempt.hop == queue::Hop::gateway_to_internal && attempt.outcome == Outcome::probed &&
         attempt.met && attempt.reason.empty();
}

template <class Length>
std::int64_t start_of(base::Instant time) {
  return base::micros(std::chrono::floor<Length>(time));
}

template <class Value, std::size_t n>
Value word(Query& row, int column, const Value (&values)[n], std::string_view (*text_of)(Value)) {
  const auto known = value_of(values, text_of, row.text(column));
  if (!known) row.reject("a word of the evidence's sums");
  return known.value_or(Value{});
}

queue::Hop hop_at(Query& row, int column) { return word(row, column, kHops, &queue::hop_text); }

HopSum hop_sum(Query& row) {
  return {hop_at(row, 0), word(row, 1, kProofs, &proof_text),
          word(row, 2, kOutcomes, &queue::outcome_text), row.integer(3)};
}

PeerRecord peer_record(Query& row) {
  PeerRecord peer;
  peer.hop = hop_at(row, 0);
  peer.domain = row.text(1);
  peer.host = row.text(2);
  peer.seen = base::instant(row.integer(3));
  peer.certificate_sha256 = row.text(4);
  peer.expiry = row.text(5);
  const auto mode = tls::parse_mode(row.text(6));
  if (!mode) row.reject("the mode of a server in the evidence's sums");
  peer.required = mode.value_or(tls::Mode::opportunistic);
  peer.delivered = base::instant(row.integer(7));
  return peer;
}

constexpr std::string_view kPeerColumns =
    "hop, domain, host, seen, certificate_sha256, expiry, required, delivered";

template <class Value>
base::Result<std::vector<Value>> all_of(Query query, Value (*read)(Query&)) {
  std::vector<Value> values;
  while (query.next()) values.push_back(read(query));
  if (auto done = query.finish(); !done) return std::unexpected(done.error());
  return values;
}

class SqliteSums final : public EvidenceSums {
 public:
  explicit SqliteSums(Database& database) : database_(database) {}

  base::Result<std::vector<HopSum>> by_hop(base::AccountId account, base::Instant since) override {
    return all_of(database_.query("SELECT hop, proof, outcome, sum(total) FROM evidence_hours"
                                  " WHERE account = $1 AND start > $2"
                                  " GROUP BY hop, proof, outcome",
                                  account.value, base::micros(since)),
                  &hop_sum);
  }

  base::Result<std::vector<DomainSum>> by_domain(base::AccountId account, const std::string& domain,
                                                 base::Instant since) override {
    const auto read = [](Query& row) { return DomainSum{hop_sum(row), std::string(row.text(4))}; };
    return all_of<DomainSum>(
        database_.query("SELECT hop, proof, outcome, sum(total), would_fail FROM evidence_days"
                        " WHERE account = $1 AND domain = $2 AND start > $3"
                        " GROUP BY hop, proof, outcome, would_fail",
                        account.value, domain, base::micros(since)),
        read);
  }

  base::Result<std::vector<UnmetSum>> unmet(base::AccountId account, base::Instant since,
                                            std::size_t limit) override {
    const auto read = [](Query& row) {
      return UnmetSum{hop_at(row, 0),           std::string(row.text(1)),
                      std::string(row.text(2)), std::string(row.text(3)),
                      row.integer(4),           base::instant(row.integer(5))};
    };
    return all_of<UnmetSum>(
        database_.query("SELECT hop, domain, host, reason, sum(total), max(last)"
                        " FROM evidence_unmet WHERE account = $1 AND start > $2"
                        " GROUP BY hop, domain, host, reason ORDER BY max(last) DESC LIMIT $3",
                        account.value, base::micros(since), limit),
        read);
  }

  base::Result<std::vector<PeerRecord>> expiring(base::AccountId account, base::Instant ends,
                                                 base::Instant seen_since,
                                                 std::size_t limit) override {
    return all_of(
        database_.query(fmt::format("SELECT {} FROM evidence_peers WHERE account = $1"
                                    " AND expiry <> '' AND expiry < $2 AND seen >= $3"
                                    " ORDER BY expiry, domain, host LIMIT $4",
                                    kPeerColumns),
                        account.value, base::rfc3339(ends), base::micros(seen_since), limit),
        &peer_record);
  }

  base::Result<std::vector<PeerRecord>> peers(base::AccountId account, queue::Hop hop,
                                              const std::string& domain) override {
    return all_of(database_.query(fmt::format("SELECT {} FROM evidence_peers WHERE account = $1"
                                              " AND hop = $2 AND domain = $3 ORDER BY host",
                                              kPeerColumns),
                                  account.value, queue::hop_text(hop), domain),
                  &peer_record);
  }

  base::Result<std::int64_t> catch_up(std::int64_t limit) override {
    auto begun = database_.number("SELECT count(*) FROM meta WHERE name = 'evidence_unsummed'");
    if (!begun || *begun == 0) return begun;
    auto transaction = Transaction::begin(database_, Transaction::Kind::write);
    if (!transaction) return std::unexpected(transaction.error());
    auto below = database_.number("SELECT value FROM meta WHERE name = 'evidence_unsummed'");
    if (!below) return below;
    auto attempts = evidence_before(database_, *below, limit);
    if (!attempts) return std::unexpected(attempts.error());
    SumKeeper sums;
    // In the order in which they were made: of two at one moment the later one counts.
    for (const auto& [row, attempt] : std::views::reverse(*attempts)) sums.count(attempt);
    auto done = sums.write(database_);
    if (done && attempts->empty()) {
      done = database_.run("DELETE FROM meta WHERE name = 'evidence_unsummed'");
    } else if (done) {
      done = database_.run("UPDATE meta SET value = $1 WHERE name = 'evidence_unsummed'",
                           attempts->back().first);
    }
    if (done) done = transaction->commit();
    if (!done) return std::unexpected(done.error());
    return attempts->empty() ? 0 : attempts->back().first;
  }

 private:
  Database& database_;
};

}  // namespace

std::string_view proof_text(Proof proof) {
  switch (proof) {
    case Proof::authenticated:
      return "authenticated";
    case Proof::encrypted:
      return "encrypted";
    case Proof::clear:
      return "clear";
    case Proof::none:
      return "none";
  }
  return "";
}

Proof proof_of(const queue::Attempt& attempt) {
  const bool passed = attempt.outcome == Outcome::accepted || attempt.outcome == Outcome::delivered;
  if (!passed) return Proof::none;
  if (attempt.version == tls::Version::none) return Proof::clear;
  return attempt.method == tls::AuthMethod::none ? Proof::encrypted : Proof::authenticated;
}

std::unique_ptr<EvidenceSums> sums_of(Database& database) {
  return std::make_unique<SqliteSums>(database);
}

void SumKeeper::count(const queue::Attempt& attempt) {
  const std::int64_t account = attempt.account.value;
  const std::int64_t hour = start_of<std::chrono::hours>(attempt.time);
  const std::string_view hop = queue::hop_text(attempt.hop);
  const std::string_view proof = proof_text(proof_of(attempt));
  const std::string_view outcome = queue::outcome_text(attempt.outcome);
  ++hours_[{account, hour, hop, proof, outcome}];
  const HopKey day{account, start_of<std::chrono::days>(attempt.time), hop, proof, outcome};
  if (!attempt.domain.empty()) ++days_[{day, attempt.domain, attempt.would_fail}];
  if (!attempt.met) {
    const std::string host = is_delivery(attempt.hop) ? attempt.peer_host : std::string();
    Unmet& sum = unmet_[{account, hour, hop, attempt.domain, host, attempt.reason}];
    ++sum.total;
    sum.last = std::max(sum.last, attempt.time);
  }
  if (is_delivery(attempt.hop) && !attempt.peer_host.empty()) count_peer(attempt);
}

void SumKeeper::count_peer(const queue::Attempt& attempt) {
  const bool shown = !attempt.expiry.empty();
  const bool delivered = attempt.outcome == Outcome::delivered || proved_again(attempt);
  if (!shown && !delivered) return;
  PeerRecord& peer = peers_[{attempt.account.value, queue::hop_text(attempt.hop), attempt.domain,
                             attempt.peer_host}];
  if (delivered) peer.delivered = std::max(peer.delivered, attempt.time + attempt.took);
  if (!shown || attempt.time < peer.seen) return;
  peer.seen = attempt.time;
  peer.certificate_sha256 = attempt.certificate_sha256;
  peer.expiry = attempt.expiry;
  peer.required = attempt.required;
}

base::Result<> SumKeeper::write(Database& database) const {
  auto written = write_hops(database);
  if (written) written = write_unmet(database);
  if (written) written = write_peers(database);
  return written;
}

base::Result<> SumKeeper::write_hops(Database& database) const {
  for (const auto& [key, total] : hours_) {
    const auto& [account, start, hop, proof, outcome] = key;
    auto written = database.run(
        "INSERT INTO evidence_hours (account, start, hop, proof, outcome, total)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account, start, hop, proof, outcome)"
        " DO UPDATE SET total = evidence_hours.total + excluded.total",
        account, start, hop, proof, outcome, total);
    if (!written) return written;
  }
  for (const auto& [key, total] : days_) {
    const auto& [day, domain, would_fail] = key;
    const auto& [account, start, hop, proof, outcome] = day;
    auto written = database.run(
        "INSERT INTO evidence_days (account, domain, start, hop, proof, outcome, would_fail, total)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (account, domain, start, hop, proof, outcome, would_fail)"
        " DO UPDATE SET total = evidence_days.total + excluded.total",
        account, domain, start, hop, proof, outcome, would_fail, total);
    if (!written) return written;
  }
  return {};
}

base::Result<> SumKeeper::write_unmet(Database& database) const {
  for (const auto& [key, sum] : unmet_) {
    const auto& [account, start, hop, domain, host, reason] = key;
    auto written = database.run(
        "INSERT INTO evidence_unmet (account, start, hop, domain, host, reason, total, last)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (account, start, hop, domain, host, reason)"
        " DO UPDATE SET total = evidence_unmet.total + excluded.total,"
        " last = CASE WHEN excluded.last > evidence_unmet.last THEN excluded.last"
        " ELSE evidence_unmet.last END",
        account, start, hop, domain, host, reason, sum.total, base::micros(sum.last));
    if (!written) return written;
  }
  return {};
}

// Two statements, as a server may show a certificate and take no mail, or take mail in clear.
base::Result<> SumKeeper::write_peers(Database& database) const {
  for (const auto& [key, peer] : peers_) {
    const auto& [account, hop, domain, host] = key;
    auto written = database.run(
        "INSERT INTO evidence_peers (account, hop, domain, host, seen, certificate_sha256, expiry,"
        " required, delivered) VALUES ($1, $2, $3, $4, 0, '', '', $5, $6)"
        " ON CONFLICT (account, hop, domain, host) DO UPDATE SET delivered ="
        " CASE WHEN excluded.delivered > evidence_peers.delivered THEN excluded.delivered"
        " ELSE evidence_peers.delivered END",
        account, hop, domain, host, tls::api_value(peer.required), base::micros(peer.delivered));
    if (!written) return written;
    if (peer.expiry.empty()) continue;
    written = database.run(
        "UPDATE evidence_peers SET seen = $5, certificate_sha256 = $6, expiry = $7, required = $8"
        " WHERE account = $1 AND hop = $2 AND domain = $3 AND host = $4 AND seen <= $5",
        account, hop, domain, host, base::micros(peer.seen), peer.certificate_sha256, peer.expiry,
        tls::api_value(peer.required));
    if (!written) return written;
  }
  return {};
}

base::Result<> note_forgotten_rows(Database& database) {
  return database.run(
      "UPDATE meta SET value = min(value, (SELECT coalesce(max(row), 0) + 1 FROM evidence))"
      " WHERE name = 'evidence_unsummed'");
}

base::Result<> forget_sums(Database& database, base::Instant t) {
  const std::int64_t hour = start_of<std::chrono::hours>(t);
  auto done = database.run("DELETE FROM evidence_hours WHERE start < $1", hour);
  if (done) done = database.run("DELETE FROM evidence_unmet WHERE start < $1", hour);
  if (done) {
    done =
        database.run("DELETE FROM evidence_days WHERE start < $1", start_of<std::chrono::days>(t));
  }
  if (!done) return done;
  return database.run("DELETE FROM evidence_peers WHERE seen < $1 AND delivered < $1",
                      base::micros(t));
}

}  // namespace postern::records
