// Sums over the evidence, kept as it is recorded: an overview costs the same with a thousand
// attempts as with a hundred million. They are made in the transaction that records the attempts,
// and an attempt that the outbox sends twice is counted once.
//
//   evidence_hours   an account's attempts by hop, proof and outcome, hour by hour
//   evidence_days    the same for each domain, day by day, and what monitored policies would stop
//   evidence_unmet   requirements that were not met, by hop, domain and host, hour by hour
//   evidence_peers   what each server showed last, and when it last took mail or proved itself
//
// A period counts whole hours (days) that begin in it. What is forgotten leaves the sums too.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/base/failure.h"
#include "core/base/time.h"
#include "core/queue/evidence.h"
#include "io/records/database.h"

namespace postern::records {

// How a message's bytes were protected; `none`: no message was passed.
enum class Proof { authenticated, encrypted, clear, none };
[[nodiscard]] std::string_view proof_text(Proof proof);
[[nodiscard]] Proof proof_of(const queue::Attempt& attempt);

struct HopSum {
  queue::Hop hop = queue::Hop::gateway_to_partner;
  Proof proof = Proof::none;
  queue::AttemptOutcome outcome = queue::AttemptOutcome::delivered;
  std::int64_t total = 0;
};
struct DomainSum : HopSum {
  std::string would_fail;  // reason code of the monitored demand, or ""
};
struct UnmetSum {
  queue::Hop hop = queue::Hop::gateway_to_partner;
  std::string domain;
  std::string host;  // "" on receipt: a client may call itself what it likes
  std::string reason;
  std::int64_t total = 0;
  base::Instant last;
};
struct PeerRecord {
  queue::Hop hop = queue::Hop::gateway_to_partner;
  std::string domain;
  std::string host;
  base::Instant seen;  // when it last showed a certificate
  std::string certificate_sha256;
  std::string expiry;  // RFC 3339
  tls::Mode required = tls::Mode::opportunistic;
  base::Instant delivered;  // when it last took mail, or proved itself as a route; 1970: never
};

class EvidenceSums {
 public:
  virtual ~EvidenceSums() = default;
  [[nodiscard]] virtual base::Result<std::vector<HopSum>> by_hop(base::AccountId account,
                                                                 base::Instant since) = 0;
  [[nodiscard]] virtual base::Result<std::vector<DomainSum>> by_domain(base::AccountId account,
                                                                       const std::string& domain,
                                                                       base::Instant since) = 0;
  // The latest first, at most `limit`.
  [[nodiscard]] virtual base::Result<std::vector<UnmetSum>> unmet(base::AccountId account,
                                                                  base::Instant since,
                                                                  std::size_t limit) = 0;
  // Servers whose last certificate, shown since then, ends before `ends`; the soonest first.
  [[nodiscard]] virtual base::Result<std::vector<PeerRecord>> expiring(base::AccountId account,
                                                                       base::Instant ends,
                                                                       base::Instant seen_since,
                                                                       std::size_t limit) = 0;
  // What is known of the servers that mail to a domain went to.
  [[nodiscard]] virtual base::Result<std::vector<PeerRecord>> peers(base::AccountId account,
                                                                    queue::Hop hop,
                                                                    const std::string& domain) = 0;

  // Evidence from before there were sums is summed afterwards, the latest first, at most `limit`
  // rows in one transaction: nobody waits for it at the start after an upgrade. How many were left
  // to look at; 0: it is done, and asking again costs next to nothing.
  [[nodiscard]] virtual base::Result<std::int64_t> catch_up(std::int64_t limit) = 0;
};

[[nodiscard]] std::unique_ptr<EvidenceSums> sums_of(Database& database);

// Gathers a batch that is being recorded, then writes its sums: in the same transaction.
class SumKeeper {
 public:
  void count(const queue::Attempt& attempt);
  [[nodiscard]] base::Result<> write(Database& database) const;

 private:
  using HopKey = std::tuple<std::int64_t, std::int64_t, std::string_view, std::string_view,
                            std::string_view>;  // account, start, hop, proof, outcome
  using DayKey = std::tuple<HopKey, std::string, std::string>;  // ..., domain, would_fail
  // account, start, hop, domain, host, reason
  using UnmetKey = std::tuple<std::int64_t, std::int64_t, std::string_view, std::string,
                              std::string, std::string>;
  using PeerKey = std::tuple<std::int64_t, std::string_view, std::string, std::string>;
  struct Unmet {
    std::int64_t total = 0;
    base::Instant last;
  };
  void count_peer(const queue::Attempt& attempt);
  [[nodiscard]] base::Result<> write_hops(Database& database) const;
  [[nodiscard]] base::Result<> write_unmet(Database& database) const;
  [[nodiscard]] base::Result<> write_peers(Database& database) const;

  std::map<HopKey, std::int64_t> hours_;
  std::map<DayKey, std::int64_t> days_;
  std::map<UnmetKey, Unmet> unmet_;
  std::map<PeerKey, PeerRecord> peers_;
};

// With the evidence that is forgotten before `t`.
[[nodiscard]] base::Result<> forget_sums(Database& database, base::Instant t);

// In the transaction that removed rows: when all have gone, rows are numbered from 1 again, and
// those are summed as they come.
[[nodiscard]] base::Result<> note_forgotten_rows(Database& database);

// The evidence of these rows, without its sources, for the sums (evidence.cc).
[[nodiscard]] base::Result<std::vector<std::pair<std::int64_t, queue::Attempt>>> evidence_before(
    Database& database, std::int64_t row, std::int64_t limit);

}  // namespace postern::records
