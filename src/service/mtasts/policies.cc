#include "service/mtasts/policies.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace postern::mtasts {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kLookupLimit = 30s;
// How long an answer is remembered, whatever the DNS says: no record is asked for with every
// message, and none is believed for ever.
constexpr std::chrono::seconds kShortest = 60s;
constexpr std::chrono::seconds kLongest = 1h;
constexpr std::chrono::seconds kAfterFailure = 5min;  // RFC 8461 3.3
constexpr std::chrono::milliseconds kSweep = 15min;

Found unavailable(const dns::Domain& domain, std::string_view why) {
  Found found;
  found.code = "sts-unavailable";
  found.why =
      fmt::format("Whether {} has an MTA-STS policy could not be learnt: {}", domain.text(), why);
  return found;
}

}  // namespace

// One question, and those who wait for its answer.
struct Policies::Asked {
  explicit Asked(net::Shard& shard) : done(shard) {}
  net::Event done;
  Found found;
};

Policies::Policies(Needs needs) : needs_(std::move(needs)), group_(needs_.fetch.shard) {}
Policies::~Policies() = default;

net::Task<void> Policies::stop() {
  group_.cancel();
  co_await group_.join();
}

net::Task<Found> Policies::find(dns::Domain policy_domain, base::Deadline deadline) {
  if (auto known = remembered(policy_domain)) co_return *std::move(known);
  std::shared_ptr<Asked> asked = asked_[policy_domain];
  if (asked == nullptr) {
    asked = std::make_shared<Asked>(needs_.fetch.shard);
    asked_[policy_domain] = asked;
    group_.start(answer(policy_domain, asked));
  }
  auto waited = co_await asked->done.wait(deadline);
  if (!waited) co_return unavailable(policy_domain, "there was no answer in time.");
  co_return asked->found;
}

net::Task<void> Policies::answer(dns::Domain domain, std::shared_ptr<Asked> asked) {
  asked->found = co_await learn(domain);
  asked_.erase(domain);
  asked->done.notify();
}

// Those remembered under an older configuration are asked for anew: a person may have taken the
// kept one away.
std::optional<Found> Policies::remembered(const dns::Domain& domain) {
  if (needs_.book != nullptr) {
    const std::int64_t revision = needs_.book->current()->revision();
    if (revision != revision_) memory_.clear();
    revision_ = revision;
  }
  const auto known = memory_.find(domain);
  if (known == memory_.end()) return std::nullopt;
  if (needs_.fetch.shard.now() < known->second.until) return known->second.found;
  memory_.erase(known);
  return std::nullopt;
}

void Policies::remember(const dns::Domain& domain, Found found, std::chrono::seconds life) {
  if (found.state == Found::State::unresolved) return;
  if (memory_.size() >= needs_.remembered) memory_.clear();  // the shelf has what matters
  const std::chrono::seconds limited = std::clamp(life, kShortest, kLongest);
  memory_[domain] = {std::move(found), needs_.fetch.shard.now() + limited};
}

net::Task<Found> Policies::learn(dns::Domain domain) {
  const dns::Domain name = record_name(domain);
  if (name.empty()) {
    Found none;
    none.state = Found::State::none;
    none.code.clear();
    none.why = "the domain's name leaves no room for an MTA-STS record";
    co_return none;
  }
  net::Shard& shard = needs_.fetch.shard;
  std::optional<Kept> kept;
  if (needs_.shelf != nullptr) {
    auto read = co_await needs_.shelf->find(shard, domain);
    if (!read) co_return unavailable(domain, read.error().text);
    kept = *std::move(read);
  }
  base::Deadline deadline = group_.within(kLookupLimit);
  const dns::TxtAnswer record = co_await needs_.fetch.lookups.txt(name, deadline);
  Decision decision = decide(domain, record, kept, shard.wall_now());
  if (decision.next == Decision::Next::fetch) {
    Found found = co_await fetch(domain, std::move(decision.id), std::move(kept));
    remember(domain, found, found.code.empty() ? record.ttl : kAfterFailure);
    co_return found;
  }
  remember(domain, decision.found, record.ttl);
  if (decision.next == Decision::Next::refresh && !refreshing_.contains(domain)) {
    group_.start(refresh(domain, std::move(decision.id), std::move(kept)));
  }
  co_return decision.found;
}

net::Task<Found> Policies::refetch(dns::Domain domain) {
  net::Shard& shard = needs_.fetch.shard;
  const dns::Domain name = record_name(domain);
  std::optional<Kept> kept;
  if (needs_.shelf != nullptr) {
    auto read = co_await needs_.shelf->find(shard, domain);
    if (!read) co_return unavailable(domain, read.error().text);
    kept = *std::move(read);
  }
  base::Deadline deadline = group_.within(kLookupLimit);
  const dns::TxtAnswer record = co_await needs_.fetch.lookups.txt(name, deadline);
  // As if nothing were kept: then a valid record always means a fetch.
  Decision decision = decide(domain, record, std::nullopt, shard.wall_now());
  if (decision.next != Decision::Next::fetch) {
    co_return decide(domain, record, kept, shard.wall_now()).found;
  }
  memory_.erase(domain);
  co_return co_await fetch(domain, std::move(decision.id), std::move(kept));
}

net::Task<Found> Policies::fetch(dns::Domain domain, std::string id, std::optional<Kept> kept) {
  net::Shard& shard = needs_.fetch.shard;
  auto body = co_await fetch_policy(needs_.fetch, domain, &group_.cancellation());
  if (group_.cancellation().requested()) co_return unavailable(domain, "the gateway is stopping.");
  const base::Instant now = shard.wall_now();
  if (needs_.shelf != nullptr) {
    // Another shard may have fetched meanwhile: a failure takes nothing from its success.
    Shelf::Change put = [id, body, now](const std::optional<Kept>& current) {
      return after_fetch(id, body, current, now).kept;
    };
    auto before = co_await needs_.shelf->change(shard, domain, std::move(put));
    if (before) {
      kept = *std::move(before);
    } else if (needs_.events != nullptr) {
      needs_.events->emit(observe::Event::sts_not_kept,
                          {{"domain", domain.text()}, {"reason", before.error().text}});
    }
  }
  Fetched fetched = after_fetch(id, body, kept, now);
  if (needs_.events != nullptr && !fetched.found.code.empty()) {
    needs_.events->emit(observe::Event::sts_fetch_failed,
                        {{"domain", domain.text()}, {"reason", fetched.kept.failure}});
  }
  co_return std::move(fetched.found);
}

net::Task<void> Policies::refresh(dns::Domain domain, std::string id, std::optional<Kept> kept) {
  refreshing_.insert(domain);
  Found found = co_await fetch(domain, std::move(id), std::move(kept));
  refreshing_.erase(domain);
  remember(domain, std::move(found), kAfterFailure);
}

// --- without traffic -----------------------------------------------------------------------------

void Policies::keep_fresh() { group_.start(sweep()); }

net::Task<void> Policies::sweep() {
  for (;;) {
    base::Deadline next = group_.within(kSweep);
    auto slept = co_await needs_.fetch.shard.sleep(next);
    if (!slept) co_return;
    auto all = co_await needs_.shelf->all(needs_.fetch.shard);
    if (!all) continue;  // the next round tries again; who needs a policy meanwhile is told
    for (auto& [domain, kept] : *all) co_await refresh_if_due(domain, std::move(kept));
  }
}

// One after the other, and only what still holds: an attacker who blocks the fetch of a policy that
// is used no more gets no more attention than that.
net::Task<void> Policies::refresh_if_due(dns::Domain domain, Kept kept) {
  const base::Instant now = needs_.fetch.shard.wall_now();
  if (kept.id.empty() || now >= kept.expires || now < refresh_due(domain, kept)) co_return;
  base::Deadline deadline = group_.within(kLookupLimit);
  const dns::Domain name = record_name(domain);
  const dns::TxtAnswer record = co_await needs_.fetch.lookups.txt(name, deadline);
  Decision decision = decide(domain, record, kept, now);
  if (decision.next == Decision::Next::use || refreshing_.contains(domain)) co_return;
  std::optional<Kept> known(std::move(kept));
  co_await refresh(domain, std::move(decision.id), std::move(known));
}

}  // namespace postern::mtasts
