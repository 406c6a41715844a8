#include "core/tlsrpt/tally.h"

#include <limits>
#include <stdexcept>
#include <utility>

namespace postern::tlsrpt {
namespace {

constexpr std::size_t kLongestText = 255;
constexpr std::size_t kMostPolicyText = 16 << 10;

// Several nodes' counts may come from a database: a sum never wraps around.
void add_to(std::int64_t& sum, std::int64_t more) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  if (more > 0) sum = sum > kMost - more ? kMost : sum + more;
}

// Host names and HELO are the peer's words. What has been through here passes unchanged, so that a
// row that was kept and read back is the same row: no backslash is left to be doubled.
std::string tidy(std::string_view text) {
  std::string plain;
  for (const char c : text.substr(0, kLongestText)) plain += c >= 0x20 && c < 0x7F ? c : '?';
  return plain;
}

FailedWith tidy(const FailedWith& with) {
  FailedWith out = with;
  for (std::string* text :
       {&out.result_type, &out.sending_mta_ip, &out.receiving_mx, &out.receiving_helo,
        &out.receiving_ip, &out.additional_information, &out.reason_code}) {
    *text = tidy(*text);
  }
  return out;
}

// From the start of the list, as much as a report can sensibly quote.
std::vector<std::string> tidy(const std::vector<std::string>& texts) {
  std::vector<std::string> out;
  std::size_t bytes = 0;
  for (const std::string& text : texts) {
    bytes += text.size();
    if (bytes > kMostPolicyText) break;
    out.push_back(text);
  }
  return out;
}

AppliedPolicy tidy(const AppliedPolicy& policy) {
  return {policy.type, tidy(policy.strings), policy.domain, tidy(policy.mx_hosts)};
}

}  // namespace

Tally::Counts& Tally::counts_for(const dns::Domain& domain, const AppliedPolicy& policy) {
  Policies& policies = domains_[domain];
  AppliedPolicy shortened = tidy(policy);
  const auto found = policies.find(shortened);
  if (found != policies.end()) return found->second;
  if (policies.size() < limits_.policies_a_domain) return policies[std::move(shortened)];
  // A policy that changes all day, or hosts without end: only the type is left, and there are
  // three.
  return policies[AppliedPolicy{policy.type, {}, domain.text(), {}}];
}

void Tally::add(const TallyRow& row) {
  if (row.sessions <= 0) return;
  if (!domains_.contains(row.domain) && domains_.size() >= limits_.domains) {
    return add_to(left_out_, row.sessions);
  }
  Counts& counts = counts_for(row.domain, row.policy);
  if (!row.failure) return add_to(counts.successful, row.sessions);
  FailedWith with = tidy(*row.failure);
  if (!counts.failed.contains(with) && counts.failed.size() >= limits_.failures_a_policy) {
    with = FailedWith{.result_type = with.result_type};
  }
  add_to(counts.failed[with], row.sessions);
}

void Tally::add(const Tally& other) {
  if (other.day_ != day_) throw std::logic_error("tallies of two days are not one tally");
  for (const TallyRow& row : other.rows()) add(row);
  add_to(left_out_, other.left_out_);
}

std::vector<dns::Domain> Tally::domains() const {
  std::vector<dns::Domain> all;
  for (const auto& [domain, policies] : domains_) all.push_back(domain);
  return all;
}

std::vector<TallyRow> Tally::rows() const {
  std::vector<TallyRow> rows;
  for (const auto& [domain, policies] : domains_) {
    for (const auto& [policy, counts] : policies) {
      if (counts.successful > 0) rows.push_back({domain, policy, std::nullopt, counts.successful});
      for (const auto& [with, sessions] : counts.failed) {
        rows.push_back({domain, policy, with, sessions});
      }
    }
  }
  return rows;
}

std::vector<PolicyResult> Tally::results(const dns::Domain& domain) const {
  std::vector<PolicyResult> results;
  const auto found = domains_.find(domain);
  if (found == domains_.end()) return results;
  for (const auto& [policy, counts] : found->second) {
    PolicyResult& result = results.emplace_back();
    result.policy = policy;
    result.successful_sessions = counts.successful;
    for (const auto& [with, sessions] : counts.failed) {
      add_to(result.failed_sessions, sessions);
      result.failures.push_back({with, sessions});
    }
  }
  return results;
}

Report Tally::report(const dns::Domain& domain) const {
  Report report;
  report.begin = day_;
  report.end = day_ + std::chrono::days(1) - std::chrono::seconds(1);
  report.policies = results(domain);
  return report;
}

}  // namespace postern::tlsrpt
