#include "service/api/partner_handlers.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "core/base/text.h"
#include "core/tls/judge.h"
#include "io/records/evidence_sums.h"
#include "service/api/convert.h"
#include "service/api/explain_handlers.h"
#include "service/api/mail_convert.h"

namespace postern::api {

namespace {

using queue::Hop;

constexpr std::chrono::days month{30};
constexpr std::size_t recent_attempts = 20;
constexpr Hop hops[] = {Hop::partner_to_gateway, Hop::gateway_to_internal, Hop::internal_to_gateway,
                        Hop::gateway_to_partner};

bool is_internal(Hop hop) {
  return hop == Hop::gateway_to_internal || hop == Hop::internal_to_gateway;
}

// What the records say, in one job of their thread.
struct Recorded {
  std::vector<records::DomainSum> partner;
  std::vector<records::HopSum> account;
  std::map<Hop, records::EvidenceRow> last;
  std::vector<records::EvidenceRow> recent;
  std::vector<records::PeerRecord> servers;
};

std::int64_t total_of(const auto& sums, Hop hop) {
  std::int64_t total = 0;
  for (const records::HopSum& sum : sums) total += sum.hop == hop ? sum.total : 0;
  return total;
}

std::int64_t failed_of(const auto& sums, Hop hop) {
  std::int64_t failed = 0;
  for (const records::HopSum& sum : sums) {
    if (sum.hop == hop && sum.proof == records::Proof::none) failed += sum.total;
  }
  return failed;
}

// The policy for exactly this domain, in force or not; else the one that covers it.
const policy::Policy* policy_of(const Call& call, const dns::Domain& domain, base::Instant now) {
  const base::AccountId account = call.account->id;
  policy::Scope exact;
  exact.base = domain;
  if (const auto* own = call.book->policy_for_scope(account, exact)) return own;
  const auto delivery = call.book->delivery_winner(account, domain, now);
  if (delivery.policy != nullptr) return delivery.policy;
  if (delivery.monitored != nullptr) return delivery.monitored;
  const auto receipt = call.book->receipt_winner(account, domain, now);
  return receipt.policy != nullptr ? receipt.policy : receipt.monitored;
}

std::vector<Exception> exceptions_of(const Call& call, const dns::Domain& domain,
                                     base::Instant now) {
  std::vector<Exception> all;
  for (const policy::Exception& one : call.book->configuration().exceptions) {
    if (one.account == call.account->id && one.domain == domain) all.push_back(shown(one, now));
  }
  std::ranges::sort(all, std::ranges::greater(), &Exception::created);
  return all;
}

// The weakest, as a partner's mail may take any of them.
tls::Mode internal_delivery(const Call& call) {
  std::optional<tls::Mode> weakest;
  for (const policy::InternalRoute& route : call.book->configuration().internal_routes) {
    if (route.account != call.account->id) continue;
    weakest = std::min(weakest.value_or(route.mode), route.mode);
  }
  return weakest.value_or(tls::Mode::opportunistic);
}

tls::Mode internal_receipt(const Call& call) {
  const policy::Configuration& all = call.book->configuration();
  const auto own = [&](const auto& one) { return one.account == call.account->id; };
  // Of those that are the account's own: some, and each held to TLS.
  const auto all_held = [&](const auto& objects, auto is_held) {
    const auto fails = [&](const auto& one) { return own(one) && !is_held(one); };
    return std::ranges::any_of(objects, own) && std::ranges::none_of(objects, fails);
  };
  const bool by_domain = all_held(all.domains, [](const auto& one) { return one.enforce_receipt; });
  const bool by_sender = all_held(all.senders, [](const auto& one) { return one.require_tls; });
  return by_domain || by_sender ? tls::Mode::relaxed : tls::Mode::opportunistic;
}

MonitorResult monitor_result(const std::vector<records::DomainSum>& sums) {
  MonitorResult result;
  std::map<std::string, std::int64_t> by_reason;
  for (const records::DomainSum& sum : sums) {
    if (sum.hop != Hop::gateway_to_partner || sum.proof == records::Proof::none) continue;
    result.total += sum.total;
    if (sum.would_fail.empty()) continue;
    result.would_fail += sum.total;
    by_reason[sum.would_fail] += sum.total;
  }
  std::vector<std::pair<std::string, std::int64_t>> reasons(by_reason.begin(), by_reason.end());
  std::ranges::sort(reasons, [](const auto& a, const auto& b) {
    return std::pair(-a.second, a.first) < std::pair(-b.second, b.first);
  });
  for (const auto& [reason, count] : reasons) {
    result.reasons.push_back({reason, std::string(tls::reason_info(reason).meaning), count});
  }
  return result;
}

std::vector<PartnerServer> servers_of(const Recorded& recorded) {
  std::vector<PartnerServer> all;
  for (const records::PeerRecord& peer : recorded.servers) {
    if (peer.certificate_sha256.empty()) continue;
    PartnerServer& one = all.emplace_back(PartnerServer{
        base::printable(peer.host, 260), peer.seen, peer.certificate_sha256, peer.expiry, {}});
    if (peer.delivered != base::Instant{}) one.delivered = peer.delivered;
  }
  return all;
}

base::Result<> add_last(records::Records& records, records::EvidenceFilter filter,
                        const std::string& domain, Recorded& all) {
  filter.limit = 1;
  for (const Hop hop : hops) {
    // What the sums do not know is not looked for: it would be a search through everything.
    const std::int64_t total =
        is_internal(hop) ? total_of(all.account, hop) : total_of(all.partner, hop);
    if (total == 0) continue;
    filter.hop = hop;
    filter.domain = is_internal(hop) ? std::string() : domain;
    auto row = records.evidence(filter);
    if (!row) return std::unexpected(row.error());
    if (!row->empty()) all.last[hop] = std::move(row->front());
  }
  return {};
}

base::Result<Recorded> read(records::Records& records, base::AccountId account,
                            const std::string& domain, base::Instant since) {
  Recorded all;
  auto partner = records.sums().by_domain(account, domain, since);
  if (!partner) return std::unexpected(partner.error());
  all.partner = std::move(*partner);
  auto whole = records.sums().by_hop(account, since);
  if (!whole) return std::unexpected(whole.error());
  all.account = std::move(*whole);
  records::EvidenceFilter filter;
  filter.order = records::EvidenceFilter::Order::newest_first;
  filter.account = account;
  filter.from = since;
  if (auto added = add_last(records, filter, domain, all); !added) {
    return std::unexpected(added.error());
  }
  auto servers = records.sums().peers(account, Hop::gateway_to_partner, domain);
  if (!servers) return std::unexpected(servers.error());
  all.servers = std::move(*servers);
  filter.domain = domain;
  filter.limit = recent_attempts;
  auto recent = records.evidence(filter);
  if (!recent) return std::unexpected(recent.error());
  all.recent = std::move(*recent);
  return all;
}

net::Task<void> read_at(Desk& desk, net::Shard& shard, base::AccountId account, std::string domain,
                        base::Result<Recorded>& recorded) {
  const base::Instant since = shard.wall_now() - month;
  const std::function<base::Result<Recorded>(records::Records&)> work =
      [account, since, domain = std::move(domain)](records::Records& records) {
        return read(records, account, domain, since);
      };
  recorded = co_await desk.run(shard, work);
}

net::Task<void> explain(const PartnerHandlers::Needs& needs, const Call& call, dns::Domain domain,
                        Explanation& explanation) {
  explanation = co_await explain_domain(needs.explain, call.book, call.account->id,
                                        std::move(domain), needs.patience);
}

std::vector<PartnerHop> hops_of(const Call& call, const Recorded& recorded,
                                const Explanation& explanation) {
  const std::map<Hop, tls::Mode> required{{Hop::partner_to_gateway, explanation.receipt.mode},
                                          {Hop::gateway_to_internal, internal_delivery(call)},
                                          {Hop::internal_to_gateway, internal_receipt(call)},
                                          {Hop::gateway_to_partner, explanation.delivery.mode}};
  std::vector<PartnerHop> all;
  for (const Hop hop : hops) {
    PartnerHop one;
    one.hop = hop;
    one.required = required.at(hop);
    const auto last = recorded.last.find(hop);
    if (last != recorded.last.end()) one.last = shown(last->second);
    const bool inside = is_internal(hop);
    one.total = inside ? total_of(recorded.account, hop) : total_of(recorded.partner, hop);
    one.failed = inside ? failed_of(recorded.account, hop) : failed_of(recorded.partner, hop);
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

Handled<Partner> PartnerHandlers::get(Call call) {
  const std::string& text = call.at("domain");
  const auto domain = dns::Domain::parse(text);
  if (!domain) {
    co_return refuse(
        404, "not-found",
        fmt::format("\"{}\" is no domain. {}", base::printable(text, 260), domain.error().text));
  }
  Partner partner;
  base::Result<Recorded> recorded;
  net::TaskGroup both(needs_.explain.shard);
  both.start(explain(needs_, call, *domain, partner.explanation));
  both.start(
      read_at(needs_.reads, needs_.explain.shard, call.account->id, domain->text(), recorded));
  co_await both.join();
  if (!recorded) co_return refuse(recorded.error());

  const base::Instant now = needs_.explain.shard.wall_now();
  partner.domain = domain->text();
  partner.shown_as = domain->unicode();
  const policy::Policy* policy = policy_of(call, *domain, now);
  if (policy != nullptr) partner.policy = shown(*policy, now);
  partner.exceptions = exceptions_of(call, *domain, now);
  partner.hops = hops_of(call, *recorded, partner.explanation);
  if (policy != nullptr && policy->stage == tls::Stage::monitor) {
    partner.monitor = monitor_result(recorded->partner);
  }
  partner.servers = servers_of(*recorded);
  for (const records::EvidenceRow& row : recorded->recent) partner.recent.push_back(shown(row));
  co_return partner;
}

void declare_partners(Operations& operations, PartnerHandlers* handlers) {
  operations.add<Nothing, Nothing, Partner>(
      {Method::get, "/accounts/{account}/partners/{domain}", "getPartner",
       "A partner: policy, hops, proofs and why", Access::viewer},
      [handlers](Call call, Nothing, Nothing) { return handlers->get(std::move(call)); });
}

}  // namespace postern::api
