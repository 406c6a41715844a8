#include "service/api/overview_handlers.h"

#include <set>
#include <tuple>

namespace postern::api {

namespace {

using Ending = queue::AttemptOutcome;
using queue::Hop;

constexpr std::chrono::hours day{24};
constexpr std::chrono::days peers_remembered{30};
constexpr std::size_t most_unmet = 500;
// More, as those that no requirement names are left out later: the world is full of them.
constexpr std::size_t most_expiring = 20'000;
constexpr std::chrono::seconds waits_hold{5};
constexpr Hop hops[] = {Hop::partner_to_gateway, Hop::gateway_to_internal, Hop::internal_to_gateway,
                        Hop::gateway_to_partner};

// What the records say, in one job of their thread.
struct Recorded {
  std::vector<records::HopSum> sums;
  std::vector<records::UnmetSum> unmet;
  std::vector<records::PeerRecord> peers;
  std::vector<records::PeerRecord> expiring;
  std::vector<records::Failing> reported;
};

bool is_delivery(Hop hop) {
  return hop == Hop::gateway_to_internal || hop == Hop::gateway_to_partner;
}

base::Result<void> add_peers(records::EvidenceSums& sums, base::AccountId account,
                             Recorded& recorded) {
  std::set<std::tuple<Hop, std::string>> asked;
  for (const records::UnmetSum& one : recorded.unmet) {
    if (!is_delivery(one.hop) || !asked.insert({one.hop, one.domain}).second) continue;
    auto peers = sums.peers(account, one.hop, one.domain);
    if (!peers) return std::unexpected(peers.error());
    for (records::PeerRecord& peer : *peers) recorded.peers.push_back(std::move(peer));
  }
  return {};
}

base::Result<Recorded> read(records::Records& records, base::AccountId account, base::Instant now) {
  records::EvidenceSums& sums = records.sums();
  Recorded recorded;
  auto hops_of_day = sums.by_hop(account, now - day);
  if (!hops_of_day) return std::unexpected(hops_of_day.error());
  recorded.sums = std::move(*hops_of_day);
  auto unmet = sums.unmet(account, now - day, most_unmet);
  if (!unmet) return std::unexpected(unmet.error());
  recorded.unmet = std::move(*unmet);
  if (auto added = add_peers(sums, account, recorded); !added) {
    return std::unexpected(added.error());
  }
  auto expiring =
      sums.expiring(account, certificate_limit(now), now - peers_remembered, most_expiring);
  if (!expiring) return std::unexpected(expiring.error());
  recorded.expiring = std::move(*expiring);
  records::ReceivedFilter lately{.account = account};
  lately.from = now - reports_remembered;
  auto reported = records.tls_received().failing(lately);
  if (!reported) return std::unexpected(reported.error());
  recorded.reported = std::move(*reported);
  return recorded;
}

std::string_view lock_of(const HopNumbers& hop) {
  const std::int64_t passed = hop.authenticated + hop.encrypted + hop.clear;
  if (passed == 0) return "none";
  if (hop.clear == passed) return "clear";
  if (hop.clear > 0) return "mixed";
  return hop.encrypted == 0 ? "authenticated" : "encrypted";
}

void add(HopNumbers& hop, const records::HopSum& sum) {
  hop.total += sum.total;
  switch (sum.proof) {
    case records::Proof::authenticated:
      hop.authenticated += sum.total;
      break;
    case records::Proof::encrypted:
      hop.encrypted += sum.total;
      break;
    case records::Proof::clear:
      hop.clear += sum.total;
      break;
    case records::Proof::none:
      hop.failed += sum.total;
      break;
  }
}

void add(DayNumbers& numbers, const records::HopSum& sum) {
  switch (sum.outcome) {
    case Ending::accepted:
      numbers.accepted += sum.total;
      break;
    case Ending::delivered:
      numbers.delivered += sum.total;
      break;
    case Ending::deferred:
      numbers.deferred += sum.total;
      break;
    case Ending::bounced:
      numbers.bounced += sum.total;
      break;
    case Ending::refused:
      // On delivery, a server refused some recipient; the end of the message is told apart.
      if (!is_delivery(sum.hop)) numbers.refused += sum.total;
      break;
    case Ending::probed:
      break;
  }
}

void count_policies(DayNumbers& numbers, const policy::PolicyBook& book, base::AccountId account,
                    base::Instant now) {
  for (const policy::Policy& policy : book.configuration().policies) {
    if (policy.account != account || !policy.active(now)) continue;
    ++(policy.stage == tls::Stage::enforce ? numbers.policies : numbers.monitored);
  }
}

}  // namespace

std::vector<HopNumbers> hop_numbers(const std::vector<records::HopSum>& sums) {
  std::vector<HopNumbers> all;
  for (const Hop hop : hops) {
    HopNumbers numbers;
    numbers.hop = hop;
    for (const records::HopSum& sum : sums) {
      if (sum.hop == hop && sum.outcome != Ending::probed) add(numbers, sum);
    }
    numbers.lock = lock_of(numbers);
    all.push_back(std::move(numbers));
  }
  return all;
}

net::Task<base::Result<OverviewHandlers::Waits>> OverviewHandlers::waiting(
    base::AccountId account) {
  if (const auto known = waiting_.find(account); known != waiting_.end()) {
    if (needs_.shard.now() < known->second.until) co_return known->second.waits;
  }
  auto waits = co_await needs_.spool.waiting(needs_.shard, account);
  if (waits) waiting_[account] = {needs_.shard.now() + waits_hold, *waits};
  co_return waits;
}

Handled<Overview> OverviewHandlers::get(Call call) {
  const base::AccountId account = call.account->id;
  const base::Instant now = needs_.shard.wall_now();
  const std::function<base::Result<Recorded>(records::Records&)> work =
      [account, now](records::Records& records) { return read(records, account, now); };
  auto recorded = co_await needs_.reads.run(needs_.shard, work);
  if (!recorded) co_return refuse(recorded.error());
  auto waits = co_await waiting(account);
  if (!waits) co_return refuse(waits.error());

  Overview overview;
  overview.hops = hop_numbers(recorded->sums);
  for (const records::HopSum& sum : recorded->sums) add(overview.numbers, sum);
  overview.numbers.queued = needs_.spool.counts_of(account).messages;
  count_policies(overview.numbers, *call.book, account, now);
  AttentionFacts facts{.book = *call.book,
                       .account = account,
                       .now = now,
                       .unmet = std::move(recorded->unmet),
                       .peers = std::move(recorded->peers),
                       .expiring = std::move(recorded->expiring),
                       .reported = std::move(recorded->reported),
                       .waiting = std::move(*waits),
                       .own = {}};
  if (const auto context = needs_.certificates.current()) facts.own = context->identities();
  overview.attention = attention(facts);
  co_return overview;
}

void declare_overview(Operations& operations, OverviewHandlers* handlers) {
  operations.add<Nothing, Nothing, Overview>(
      {Method::get, "/accounts/{account}/overview", "getOverview", "The account at a glance",
       Access::viewer},
      [handlers](Call call, Nothing, Nothing) { return handlers->get(std::move(call)); });
}

}  // namespace postern::api
