// One UTC day's sessions, counted by domain, policy and failure: what the day's reports are made of
// (RFC 8460 4.1). Every session is counted, the good ones too; one that was held against two
// policies, DANE and MTA-STS, counts once for each.
//
// A tally is a sum: rows can be kept in a database, and the tallies of several nodes added up, in
// any order. It is bounded: a partner's servers name themselves (HELO, MX), and nothing that they
// say makes it grow without end. Past a bound counts stay right and details go.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/base/time.h"
#include "core/tlsrpt/report.h"

namespace postern::tlsrpt {

struct TallyLimits {
  std::size_t domains = 50'000;
  std::size_t policies_a_domain = 20;
  std::size_t failures_a_policy = 500;
};

struct TallyRow {
  dns::Domain domain;  // whom the report goes to: the policy domain
  AppliedPolicy policy;
  std::optional<FailedWith> failure;  // empty: these sessions went well
  std::int64_t sessions = 1;
  bool operator==(const TallyRow&) const = default;
};

class Tally {
 public:
  using Limits = TallyLimits;
  explicit Tally(std::chrono::sys_days day, Limits limits = {}) : day_(day), limits_(limits) {}

  void add(const TallyRow& row);
  void add(const Tally& other);  // of the same day; another day's is a bug of the caller's

  [[nodiscard]] std::chrono::sys_days day() const { return day_; }
  [[nodiscard]] std::vector<dns::Domain> domains() const;
  [[nodiscard]] std::vector<TallyRow> rows() const;  // in a stable order
  // Sessions with more domains than there is room for: in no report.
  [[nodiscard]] std::int64_t left_out() const { return left_out_; }

  // The day's results for a domain; empty if nothing was sent to it.
  [[nodiscard]] std::vector<PolicyResult> results(const dns::Domain& domain) const;
  // With the day's first and last second; who sends it is the caller's to fill in.
  [[nodiscard]] Report report(const dns::Domain& domain) const;

 private:
  struct Counts {
    std::int64_t successful = 0;
    std::map<FailedWith, std::int64_t> failed;
  };
  using Policies = std::map<AppliedPolicy, Counts>;
  [[nodiscard]] Counts& counts_for(const dns::Domain& domain, const AppliedPolicy& policy);

  std::chrono::sys_days day_;
  Limits limits_;
  std::map<dns::Domain, Policies> domains_;
  std::int64_t left_out_ = 0;
};

}  // namespace postern::tlsrpt
