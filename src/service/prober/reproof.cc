#include "service/prober/reproof.h"

#include <algorithm>
#include <set>
#include <utility>

#include "service/delivery/evidence.h"

namespace postern::prober {

namespace {

// A restart must not put a proof off for a whole period.
constexpr std::chrono::minutes first_within{15};

bool is_enforced(const policy::InternalRoute& route) {
  return route.mode != tls::Mode::opportunistic;
}

}  // namespace

Reproof::Reproof(Needs needs)
    : needs_(std::move(needs)), book_changed_(needs_.prober.shard), group_(needs_.prober.shard) {
  needs_.prober.cancellation = &group_.cancellation();
}

void Reproof::start() {
  if (needs_.every > base::Duration(0)) group_.start(run());
}

net::Task<void> Reproof::stop() {
  group_.cancel();
  return group_.join();
}

base::Steady Reproof::after(double periods) const {
  using std::chrono::duration_cast;
  const std::chrono::duration<double> period = needs_.every;
  return needs_.prober.shard.now() + duration_cast<std::chrono::milliseconds>(period * periods);
}

net::Task<void> Reproof::run() {
  for (;;) {
    book_changed_.reset();
    Book book = needs_.book.current();
    keep_times(*book);
    base::Deadline next{.at = earliest(), .cancellation = &group_.cancellation()};
    (void)co_await book_changed_.wait(next);
    if (group_.cancellation().requested()) co_return;
    co_await prove_due(needs_.book.current());
    if (group_.cancellation().requested()) co_return;
  }
}

// New routes get a time, gone ones lose it.
void Reproof::keep_times(const policy::PolicyBook& book) {
  const base::Steady soon = needs_.prober.shard.now() + first_within;
  std::set<base::RouteId> enforced;
  for (const policy::InternalRoute& route : book.configuration().internal_routes) {
    if (!is_enforced(route)) continue;
    enforced.insert(route.id);
    const double chance = needs_.chance();
    const auto spread = std::min(after(1), soon) - needs_.prober.shard.now();
    const auto wait = std::chrono::duration<double>(spread) * chance;
    due_.try_emplace(route.id,
                     needs_.prober.shard.now() +
                         std::chrono::duration_cast<std::chrono::steady_clock::duration>(wait));
  }
  std::erase_if(due_, [&](const auto& one) { return !enforced.contains(one.first); });
}

base::Steady Reproof::earliest() const {
  base::Steady first = base::Steady::max();
  for (const auto& [route, at] : due_) first = std::min(first, at);
  return first;
}

net::Task<void> Reproof::prove_due(Book book) {
  const base::Steady now = needs_.prober.shard.now();
  for (const policy::InternalRoute& route : book->configuration().internal_routes) {
    const auto due = due_.find(route.id);
    if (due == due_.end() || due->second > now) continue;
    due->second = after(0.9 + 0.2 * needs_.chance());
    co_await prove(book, route);
    if (group_.cancellation().requested()) co_return;
  }
}

net::Task<void> Reproof::prove(Book book, policy::InternalRoute route) {
  ProberNeeds& needs = needs_.prober;
  delivery::Answerers answerers{needs.lookups};
  delivery::RouteWanted wanted{book, route.account, route.domain, needs.route};
  base::Deadline deadline{.at = needs.shard.now() + needs.patience,
                          .cancellation = needs.cancellation};
  route::RoutePlan plan =
      co_await delivery::find_route(needs.shard, answerers, std::move(wanted), deadline);
  std::vector<queue::Attempt> attempts;
  for (const route::HostPlan& host : plan.hosts) {
    if (host.route != route.id) continue;
    std::vector<base::IpAddress> addresses = host.addresses;
    if (host.unusable || addresses.empty()) addresses.resize(1);
    for (const base::IpAddress& address : addresses) {
      auto attempt = co_await prove_address(host, route.account, route.domain.text(), address);
      attempts.push_back(std::move(attempt));
    }
  }
  if (group_.cancellation().requested()) co_return;  // half a look says nothing
  for (const queue::Attempt& attempt : attempts) report(*book, attempt);
  co_await needs_.record(std::move(attempts));
}

net::Task<queue::Attempt> Reproof::prove_address(route::HostPlan plan, base::AccountId account,
                                                 std::string domain, base::IpAddress address) {
  ProberNeeds& needs = needs_.prober;
  delivery::EvidenceFacts facts{.node = needs_.node,
                                .account = account,
                                .message = {},
                                .delivery = {},
                                .domain = std::move(domain),
                                .hop = queue::Hop::gateway_to_internal,
                                .began = needs.shard.wall_now()};
  delivery::OpenedHost opened;
  std::optional<base::Failure> failure = plan.unusable;
  if (!failure) {
    delivery::ConnectSettings settings;
    settings.hostname = needs.helo_name;
    settings.connect_timeout = needs.patience;
    delivery::HostNeeds host{needs.shard, needs.tls, settings, needs.trust(account),
                             needs.cancellation};
    delivery::HostTask task;
    task.host = &plan;
    task.address = address;
    task.account = account;
    task.purpose = smtp::Purpose::probe;
    opened = co_await delivery::open_host(std::move(host), std::move(task));
    if (opened.problem) {
      failure = base::Failure{opened.problem->status.code, opened.problem->status.text, {}};
    }
  } else {
    opened.verdict = tls::judge(plan.requirement, opened.observation);
  }
  queue::Attempt attempt = delivery::evidence_of(facts, plan, opened.observation, opened.verdict,
                                                 needs.shard.wall_now());
  attempt.outcome = queue::AttemptOutcome::probed;
  if (opened.verdict.unmet) {
    attempt.reason = opened.verdict.unmet->reason.code;
    attempt.detail = opened.verdict.unmet->reason.sentence;
  }
  // Where nobody answered, that is the reason, and not the TLS that was not seen. And TLS whose
  // session broke before EHLO was answered proves no route: no delivery would get further.
  if (failure) {
    attempt.met = false;
    attempt.reason = failure->code;
    attempt.detail = failure->text;
  }
  co_return attempt;
}

void Reproof::report(const policy::PolicyBook& book, const queue::Attempt& attempt) {
  if (attempt.met) return;
  const policy::Account* account = book.account(attempt.account);
  needs_.events.emit(observe::Event::route_no_longer_proved,
                     {{"account", account != nullptr ? account->name : ""},
                      {"domain", attempt.domain},
                      {"route", attempt.peer_host},
                      {"address", attempt.peer_address},
                      {"required", std::string(tls::api_value(attempt.required))},
                      {"reason", attempt.reason},
                      {"why", attempt.detail}});
}

}  // namespace postern::prober
