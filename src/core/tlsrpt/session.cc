#include "core/tlsrpt/session.h"

#include <utility>

#include "core/base/text.h"
#include "core/dane/demands.h"
#include "core/dane/tlsa_text.h"
#include "core/mtasts/found.h"
#include "core/tls/judge.h"
#include "core/tls/wishes.h"

namespace postern::tlsrpt {
namespace {

constexpr std::string_view kAnyFailure = "validation-failure";

// Did the dialogue come far enough to say something about TLS?
bool met_tls(const tls::Observation& seen) {
  return seen.offer != tls::Offer::unknown || seen.handshake != tls::Handshake::not_tried;
}

std::string ip_text(const base::IpAddress& address) {
  return address == base::IpAddress() ? "" : address.to_string();
}

// `type` is of RFC 8460 4.3; our own finer word goes along.
FailedWith failed_with(const SessionFacts& facts, std::string_view type, std::string_view code) {
  FailedWith with;
  with.result_type = type.empty() ? kAnyFailure : type;
  with.sending_mta_ip = ip_text(facts.sending_ip);
  with.receiving_mx = facts.host.host.text();
  with.receiving_ip = ip_text(facts.seen.peer.address);
  if (code != type) with.reason_code = code;
  return with;
}

FailedWith failed_with(const SessionFacts& facts, const tls::Reason& reason) {
  return failed_with(facts, tls::reason_info(reason.code).result_type, reason.code);
}

// The first demand that is not met, whether it is in force or only watched.
std::optional<tls::Reason> unmet(const SessionFacts& facts, const tls::Requirement& requirement) {
  if (const auto outside = tls::judge_host(requirement, facts.host.host)) return outside->reason;
  const tls::Verdict verdict = tls::judge(requirement, facts.seen);
  if (verdict.unmet) return verdict.unmet->reason;
  if (verdict.would_fail) return verdict.would_fail->reason;
  return std::nullopt;
}

TallyRow row_for(const SessionFacts& facts, AppliedPolicy policy,
                 std::optional<FailedWith> failure) {
  return {facts.plan.domain, std::move(policy), std::move(failure), 1};
}

// --- DANE ----------------------------------------------------------------------------------------

AppliedPolicy tlsa_policy(const SessionFacts& facts) {
  AppliedPolicy policy{.type = PolicyType::tlsa, .domain = facts.host.host.text()};
  for (const dns::Tlsa& record : facts.host.dane.records) {
    policy.strings.push_back(dane::zone_text(record));
  }
  return policy;
}

void add_dane(std::vector<TallyRow>& rows, const SessionFacts& facts) {
  const dane::Facts& published = facts.host.dane;
  switch (published.state) {
    case dane::Facts::State::absent:
      return;
    case dane::Facts::State::unresolved:
      rows.push_back(
          row_for(facts, tlsa_policy(facts), failed_with(facts, "dnssec-invalid", published.code)));
      return;
    case dane::Facts::State::unusable:
      if (!met_tls(facts.seen)) return;
      rows.push_back(
          row_for(facts, tlsa_policy(facts), failed_with(facts, "tlsa-invalid", "tlsa-invalid")));
      return;
    case dane::Facts::State::usable:
      break;
  }
  if (!met_tls(facts.seen)) return;
  tls::Requirement requirement;
  dane::add_demands(requirement, facts.host.host, published, facts.host.dane_names);
  std::optional<FailedWith> failure;
  if (const auto reason = unmet(facts, requirement)) failure = failed_with(facts, *reason);
  rows.push_back(row_for(facts, tlsa_policy(facts), std::move(failure)));
}

// --- MTA-STS -------------------------------------------------------------------------------------

AppliedPolicy sts_policy(const SessionFacts& facts, const mtasts::Found& found) {
  AppliedPolicy policy{.type = PolicyType::sts, .domain = facts.plan.domain.text()};
  if (found.state != mtasts::Found::State::policy) return policy;
  const std::string text = mtasts::to_text(found.policy);
  for (const std::string_view line : base::split(text, '\n')) {
    if (const auto trimmed = base::trim(line); !trimmed.empty()) {
      policy.strings.emplace_back(trimmed);
    }
  }
  for (const tls::HostPattern& host : found.policy.mx) policy.mx_hosts.push_back(host.text());
  return policy;
}

// Of a policy that is published and could not be had: it holds nothing up, and its owner wants to
// know (4.3.2.2).
void add_lost_policy(std::vector<TallyRow>& rows, const SessionFacts& facts,
                     const mtasts::Found& found) {
  if (!found.code.starts_with("sts-") || !met_tls(facts.seen)) return;
  const bool known = find_result_type(found.code) != nullptr;
  rows.push_back(
      row_for(facts, sts_policy(facts, found),
              failed_with(facts, known ? std::string_view(found.code) : "sts-policy-fetch-error",
                          found.code)));
}

void add_sts(std::vector<TallyRow>& rows, const SessionFacts& facts, const mtasts::Found& found) {
  if (found.state == mtasts::Found::State::none) return add_lost_policy(rows, facts, found);
  if (found.state == mtasts::Found::State::unresolved) return;
  if (found.policy.mode == mtasts::PolicyMode::none) return;
  const bool by_dane = facts.host.dane.state == dane::Facts::State::usable;
  tls::Requirement requirement;
  mtasts::add_demands(requirement, facts.plan.domain, facts.host.host, found,
                      by_dane ? mtasts::Authentication::by_dane : mtasts::Authentication::by_pkix);
  const bool listed = mtasts::lists(found.policy, facts.host.host);
  if (listed && !met_tls(facts.seen)) return;
  std::optional<FailedWith> failure;
  if (const auto reason = unmet(facts, requirement)) failure = failed_with(facts, *reason);
  rows.push_back(row_for(facts, sts_policy(facts, found), std::move(failure)));
}

// --- neither -------------------------------------------------------------------------------------

void add_without_policy(std::vector<TallyRow>& rows, const SessionFacts& facts) {
  if (!met_tls(facts.seen)) return;
  AppliedPolicy policy{.domain = facts.plan.domain.text()};
  std::optional<FailedWith> failure;
  if (!facts.seen.encrypted()) {
    tls::Requirement requirement;
    tls::add_wishes(requirement, {tls::SourceKind::floor, 0, "encryption"}, tls::encryption());
    if (const auto reason = unmet(facts, requirement)) failure = failed_with(facts, *reason);
  }
  rows.push_back(row_for(facts, std::move(policy), std::move(failure)));
}

}  // namespace

std::vector<TallyRow> rows_of(const SessionFacts& facts) {
  std::vector<TallyRow> rows;
  if (facts.plan.kind != route::HopKind::mx || facts.plan.domain.empty()) return rows;
  add_dane(rows, facts);
  if (facts.plan.sts) add_sts(rows, facts, *facts.plan.sts);
  if (rows.empty()) add_without_policy(rows, facts);
  return rows;
}

}  // namespace postern::tlsrpt
