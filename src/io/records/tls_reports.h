// TLS reports (RFC 8460) on disk: the sessions that ours are made of, what became of ours, and
// those that others sent about our domains. None of it is a change of the configuration.
//
// Days are UTC days. Counts are sums: several writers may add to one day, in any order. The texts
// of a report that came from elsewhere have passed base::printable (io/reports).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/tlsrpt/tally.h"
#include "io/records/database.h"

namespace postern::records {

// One report to one destination of a domain's record.
struct Sending {
  enum class State {
    waiting,   // to be tried when it is due
    sent,      // a message is in the queue, or the server has taken it
    failed,    // given up
    unwanted,  // the domain asks for no report; there is no destination
  };
  std::chrono::sys_days day;
  dns::Domain domain;
  std::string destination{};  // the URI of the record
  State state = State::waiting;
  std::string report_id{};
  int attempts = 0;
  base::Instant due{};   // of the next attempt, or when it was settled
  std::string detail{};  // of the last attempt: one sentence, escaped
  bool operator==(const Sending&) const = default;
};
[[nodiscard]] std::string_view state_text(Sending::State state);

class TlsSessions {
 public:
  virtual ~TlsSessions() = default;
  // Adds the counts, all of them or none.
  [[nodiscard]] virtual base::Result<> add(const tlsrpt::Tally& tally) = 0;
  // Of one domain, or of all.
  [[nodiscard]] virtual base::Result<tlsrpt::Tally> tally(
      std::chrono::sys_days day, const std::optional<dns::Domain>& domain) = 0;

  using Unplanned = std::vector<std::pair<std::chrono::sys_days, dns::Domain>>;
  // Days before `day` of domains that have sessions and no sending yet.
  [[nodiscard]] virtual base::Result<Unplanned> unplanned(std::chrono::sys_days day) = 0;
  [[nodiscard]] virtual base::Result<> save(const Sending& sending) = 0;
  [[nodiscard]] virtual base::Result<std::vector<Sending>> waiting(base::Instant until) = 0;
  // The newest first.
  [[nodiscard]] virtual base::Result<std::vector<Sending>> sendings(std::size_t limit) = 0;

  [[nodiscard]] virtual base::Result<> forget_before(std::chrono::sys_days day) = 0;
};

// A report about one of our domains.
struct ReceivedReport {
  std::int64_t id = 0;  // given by take()
  base::AccountId account;
  dns::Domain domain;  // the internal domain that it was sent to
  base::Instant received;
  tlsrpt::Report report;
  bool operator==(const ReceivedReport&) const = default;
};

struct ReceivedFilter {
  base::AccountId account;
  std::optional<dns::Domain> domain{};
  std::optional<base::Instant> from{};   // of the days reported about
  std::optional<base::Instant> until{};  // before it
  std::int64_t before = 0;               // paging: strictly before this id; 0: from the newest
  std::size_t limit = 100;
};

// What a day's reports say together.
struct DaySum {
  std::chrono::sys_days day;
  dns::Domain domain;
  std::int64_t successful = 0;
  std::int64_t failed = 0;
  std::int64_t reports = 0;
  bool operator==(const DaySum&) const = default;
};

// One way in which mail to us fails, as all reports of a time tell it.
struct Failing {
  dns::Domain domain;
  std::string organization;  // who has the trouble
  std::string result_type;
  std::string receiving_mx;
  std::string reason_code;
  std::int64_t sessions = 0;
  base::Instant first;  // of the days reported about
  base::Instant last;
  bool operator==(const Failing&) const = default;
};

class TlsReceived {
 public:
  virtual ~TlsReceived() = default;
  // The new report's id; nullopt: this report of its sender is here already.
  [[nodiscard]] virtual base::Result<std::optional<std::int64_t>> take(
      const ReceivedReport& report) = 0;
  // The newest first.
  [[nodiscard]] virtual base::Result<std::vector<ReceivedReport>> reports(
      const ReceivedFilter& filter) = 0;
  [[nodiscard]] virtual base::Result<std::optional<ReceivedReport>> find(base::AccountId account,
                                                                         std::int64_t id) = 0;
  [[nodiscard]] virtual base::Result<std::vector<DaySum>> days(const ReceivedFilter& filter) = 0;
  // Most sessions first.
  [[nodiscard]] virtual base::Result<std::vector<Failing>> failing(
      const ReceivedFilter& filter) = 0;
  // Did a report that was received before this time tell of such a failure at such a host?
  [[nodiscard]] virtual base::Result<bool> known_failure(const dns::Domain& domain,
                                                         const tlsrpt::FailedWith& failure,
                                                         base::Instant received_from,
                                                         std::int64_t other_than) = 0;
  // How many about this domain were received since then.
  [[nodiscard]] virtual base::Result<std::int64_t> count_since(const dns::Domain& domain,
                                                               base::Instant received) = 0;
  [[nodiscard]] virtual base::Result<> forget_before(base::Instant received) = 0;
};

class SqliteTlsSessions final : public TlsSessions {
 public:
  explicit SqliteTlsSessions(Database& database) : database_(database) {}
  base::Result<> add(const tlsrpt::Tally& tally) override;
  base::Result<tlsrpt::Tally> tally(std::chrono::sys_days day,
                                    const std::optional<dns::Domain>& domain) override;
  base::Result<Unplanned> unplanned(std::chrono::sys_days day) override;
  base::Result<> save(const Sending& sending) override;
  base::Result<std::vector<Sending>> waiting(base::Instant until) override;
  base::Result<std::vector<Sending>> sendings(std::size_t limit) override;
  base::Result<> forget_before(std::chrono::sys_days day) override;

 private:
  Database& database_;
};

class SqliteTlsReceived final : public TlsReceived {
 public:
  explicit SqliteTlsReceived(Database& database) : database_(database) {}
  base::Result<std::optional<std::int64_t>> take(const ReceivedReport& report) override;
  base::Result<std::vector<ReceivedReport>> reports(const ReceivedFilter& filter) override;
  base::Result<std::optional<ReceivedReport>> find(base::AccountId account,
                                                   std::int64_t id) override;
  base::Result<std::vector<DaySum>> days(const ReceivedFilter& filter) override;
  base::Result<std::vector<Failing>> failing(const ReceivedFilter& filter) override;
  base::Result<bool> known_failure(const dns::Domain& domain, const tlsrpt::FailedWith& failure,
                                   base::Instant received_from, std::int64_t other_than) override;
  base::Result<std::int64_t> count_since(const dns::Domain& domain,
                                         base::Instant received) override;
  base::Result<> forget_before(base::Instant received) override;

 private:
  base::Result<> load_results(ReceivedReport& report);
  Database& database_;
};

}  // namespace postern::records
