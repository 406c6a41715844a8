#include "service/delivery/run.h"

#include <algorithm>
#include <utility>

#include "core/smtp/client_status.h"

namespace postern::delivery {
namespace {

using Fate = queue::RecipientResult::Fate;
using After = queue::HostWalk::After;

queue::Hop hop_of(queue::Leg leg) {
  return leg == queue::Leg::internal ? queue::Hop::gateway_to_internal
                                     : queue::Hop::gateway_to_partner;
}

// The worst that happened to a recipient here is what the attempt is remembered for; a delivery to
// some of them is told by the reason's absence in theirs.
queue::AttemptOutcome outcome_of(const smtp::MessageResult& result) {
  const auto any = [&](Fate fate) {
    return std::ranges::any_of(result.recipients, [&](const auto& r) { return r.fate == fate; });
  };
  if (any(Fate::delivered)) return queue::AttemptOutcome::delivered;
  return any(Fate::deferred) ? queue::AttemptOutcome::deferred : queue::AttemptOutcome::refused;
}

const queue::RecipientResult* first_failure(const smtp::MessageResult& result) {
  const auto found = std::ranges::find_if(result.recipients,
                                          [](const auto& r) { return r.fate != Fate::delivered; });
  return found == result.recipients.end() ? nullptr : &*found;
}

}  // namespace

std::shared_ptr<const PlannedRoute> planned(route::RoutePlan plan, base::AccountId account,
                                            std::shared_ptr<const crypto::TrustStore> trust) {
  auto route = std::make_shared<PlannedRoute>();
  route->plan = std::move(plan);
  route->trust = std::move(trust);
  for (const route::HostPlan& host : route->plan.hosts) {
    HostTask task;
    task.host = &host;
    task.account = account;
    task.digest = host.requirement.digest();
    std::vector<std::string> keys;
    for (const base::IpAddress& address : host.addresses) {
      task.address = address;
      keys.push_back(connection_key(task));
    }
    route->digests.push_back(std::move(task.digest));
    route->keys.push_back(std::move(keys));
  }
  return route;
}

Run::Run(Needs needs, const Job& job, std::shared_ptr<const PlannedRoute> route,
         std::vector<std::size_t> order)
    : needs_(std::move(needs)),
      job_(job),
      route_(std::move(route)),
      walk_(route_->plan, job.delivery.destination.recipients.size(), needs_.limits,
            std::move(order)),
      dsn_passed_(job.delivery.destination.recipients.size()) {
  needs_.host.trust = route_->trust;
  facts_.node = needs_.node;
  facts_.account = job.delivery.account;
  facts_.message = job.delivery.message;
  facts_.delivery = job.delivery.id;
  facts_.domain = job.delivery.destination.domain.text();
  facts_.hop = hop_of(job.delivery.destination.leg);
}

net::Task<Ended> Run::go() {
  co_await try_open_connection();
  while (auto target = walk_.next()) {
    co_await try_target(*target);
    if (needs_.host.cancellation != nullptr && needs_.host.cancellation->requested()) break;
  }
  co_return ended();
}

// A connection that is open to any host of the route saves a handshake. The requirement is judged
// again all the same, and its digest is part of the key.
net::Task<void> Run::try_open_connection() {
  for (std::size_t i = 0; i < route_->keys.size(); ++i) {
    for (const std::string& key : route_->keys[i]) {
      auto connection = needs_.pool.take(key);
      if (!connection) continue;
      const route::HostPlan& host = route_->plan.hosts[i];
      Served served = co_await serve(std::move(connection), host);
      if (served == Served::stale) continue;
      needs_.metrics.add(observe::Metric::connections_reused_total);
      if (walk_.reached_a_host()) walk_.leave_out(host);
      co_return;
    }
  }
}

net::Task<void> Run::try_target(queue::HostWalk::Target target) {
  facts_.began = needs_.host.shard.wall_now();
  HostTask task;
  task.host = target.host;
  task.address = target.address;
  task.account = job_.delivery.account;
  task.digest = route_->digests[static_cast<std::size_t>(target.host - route_->plan.hosts.data())];
  needs_.metrics.add(observe::Metric::connections_opened_total);
  OpenedHost opened = co_await open_host(needs_.host, std::move(task));
  count(*target.host, opened.observation, opened.from);
  if (!opened.connection) {
    add_problem(*target.host, opened);
    walk_.on_unusable(opened.problem->status, opened.problem->unmet);
    co_return;
  }
  co_await serve(std::move(opened.connection), *target.host);
}

net::Task<Run::Served> Run::serve(std::unique_ptr<HostConnection> connection,
                                  const route::HostPlan& host) {
  facts_.began = needs_.host.shard.wall_now();
  auto loaded = co_await load_body();
  const std::vector<std::size_t> asked = walk_.open();
  if (!loaded) {
    needs_.pool.put(std::move(connection));
    const queue::RecipientResult unread{Fate::deferred, queue::status_for_now(loaded.error(), "")};
    walk_.on_served(asked, std::vector(asked.size(), unread), After::no_other_host);
    co_return Served::yes;
  }
  std::vector<queue::Recipient> recipients;
  for (const std::size_t index : asked) {
    recipients.push_back(job_.delivery.destination.recipients[index]);
  }
  smtp::OutgoingMessage message;
  message.envelope = job_.envelope.get();
  message.recipients = recipients;
  message.size = body_->size();
  message.body = body_->held();
  auto unmet = co_await connection->carry(message, *body_, host.requirement);
  const smtp::ClientDialogue& dialogue = connection->dialogue();
  if (unmet) {
    // Its twin in digest met it; so this is a connection for others, and the walk goes on.
    needs_.pool.put(std::move(connection));
    co_return Served::stale;
  }
  if (dialogue.went_stale()) co_return Served::stale;
  const smtp::MessageResult& result = *dialogue.result();
  add_evidence(host, dialogue, result);
  take_result(result, asked);
  if (dialogue.ready()) needs_.pool.put(std::move(connection));
  co_return Served::yes;
}

net::Task<base::Result<>> Run::load_body() {
  if (body_) co_return base::Result<>();
  if (job_.body) {
    body_.emplace(job_.body);
    co_return base::Result<>();
  }
  auto reader = co_await needs_.spool.body(needs_.host.shard, job_.delivery.message);
  if (!reader) co_return std::unexpected(reader.error());
  auto body = MessageBody::from(*std::move(reader));
  if (!body) co_return std::unexpected(body.error());
  body_.emplace(*std::move(body));
  co_return base::Result<>();
}

net::Task<base::Result<std::string>> Run::original(std::size_t limit) {
  auto loaded = co_await load_body();
  if (!loaded) co_return std::unexpected(loaded.error());
  co_return body_->beginning(limit);
}

void Run::take_result(const smtp::MessageResult& result, std::vector<std::size_t> asked) {
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (result.recipients[i].fate == Fate::delivered) dsn_passed_[asked[i]] = result.dsn_passed;
  }
  const bool nobody = std::ranges::all_of(result.recipients,
                                          [](const auto& r) { return r.fate == Fate::deferred; });
  began_ = began_ || result.began;
  if (result.host_failed && nobody) {
    walk_.on_unusable(result.recipients.front().status, std::nullopt);
    return;
  }
  walk_.on_served(asked, result.recipients,
                  result.unknown ? After::no_other_host : After::next_host);
}

void Run::add_evidence(const route::HostPlan& host, const smtp::ClientDialogue& dialogue,
                       const smtp::MessageResult& result) {
  queue::Attempt attempt = evidence_of(facts_, host, dialogue.observation(), dialogue.verdict(),
                                       needs_.host.shard.wall_now());
  attempt.outcome = outcome_of(result);
  if (const auto* failure = first_failure(result)) {
    attempt.reason = failure->status.code;
    attempt.detail = failure->status.text;
  }
  evidence_.push_back(std::move(attempt));
}

void Run::add_problem(const route::HostPlan& host, const OpenedHost& opened) {
  queue::Attempt attempt =
      evidence_of(facts_, host, opened.observation, opened.verdict, needs_.host.shard.wall_now());
  attempt.outcome = queue::AttemptOutcome::deferred;
  attempt.reason = opened.problem->status.code;
  attempt.detail = opened.problem->status.text;
  evidence_.push_back(std::move(attempt));
}

// Hosts that were not even connected to are evidence too: that nothing went there.
void Run::add_skipped() {
  facts_.began = needs_.host.shard.wall_now();
  if (const auto& failure = route_->plan.failure) {
    queue::Attempt attempt = evidence_of(facts_, route::HostPlan{}, {}, {}, facts_.began);
    attempt.outcome =
        route_->plan.permanent ? queue::AttemptOutcome::refused : queue::AttemptOutcome::deferred;
    attempt.reason = failure->code;
    attempt.detail = failure->text;
    evidence_.push_back(std::move(attempt));
  }
  for (const queue::HostWalk::Skipped& skipped : walk_.skipped()) {
    tls::Observation nothing;
    nothing.host = skipped.host->host;
    tls::Verdict verdict;
    verdict.unmet = skipped.unmet;
    queue::Attempt attempt =
        evidence_of(facts_, *skipped.host, nothing, verdict, needs_.host.shard.wall_now());
    attempt.outcome = queue::AttemptOutcome::deferred;
    attempt.reason = skipped.status.code;
    attempt.detail = skipped.status.text;
    evidence_.push_back(std::move(attempt));
    count(*skipped.host, nothing, base::IpAddress());
  }
}

// A session is an attempt to come to TLS: one that is used again is the same session. Our own mail
// is reports, which are in no report (RFC 8460 5.3).
void Run::count(const route::HostPlan& host, const tls::Observation& seen,
                const base::IpAddress& from) {
  if (needs_.sessions == nullptr || job_.delivery.account == queue::no_account) return;
  needs_.sessions->session(route_->plan, host, seen, from);
}

Ended Run::ended() {
  add_skipped();
  Ended end;
  end.results = walk_.results();
  end.dsn_passed = dsn_passed_;
  end.evidence = std::move(evidence_);
  end.unmet = walk_.unmet();
  end.only_unmet = walk_.only_unmet();
  // A host that breaks off in the middle of this message may well take the next one.
  end.reached_a_host = walk_.reached_a_host() || began_;
  end.on_failure = route_->plan.on_failure;
  end.time_limit = route_->plan.time_limit;
  for (const auto& skipped : walk_.skipped()) {
    if (skipped.status.code == "mx-not-pinned") end.moved_mx.push_back(skipped.host->label);
  }
  return end;
}

}  // namespace postern::delivery
