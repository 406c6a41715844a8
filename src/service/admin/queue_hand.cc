#include "service/admin/queue_hand.h"

#include <set>
#include <utility>

#include "core/tls/judge.h"

namespace postern::admin {

namespace {
using Action = spool::Spool::Action;
}

std::string_view action_text(Action action) {
  switch (action) {
    case Action::retry:
      return "retry";
    case Action::hold:
      return "hold";
    case Action::release:
      return "release";
    case Action::remove:
      return "remove";
  }
  return "";
}

std::optional<Action> action_named(std::string_view text) {
  for (Action action : {Action::retry, Action::hold, Action::release, Action::remove}) {
    if (action_text(action) == text) return action;
  }
  return std::nullopt;
}

net::Task<base::Result<std::int64_t>> QueueHand::act(Deed deed) {
  const base::Instant now = needs_.shard.wall_now();
  auto changed = co_await needs_.spool.act(needs_.shard, deed.action, deed.which, deed.one, now);
  if (!changed || *changed == 0) co_return changed;
  needs_.events.emit(observe::Event::queue_changed_by_hand,
                     {{"action", std::string(action_text(deed.action))},
                      {"deliveries", std::to_string(*changed)},
                      {"actor", std::move(deed.actor)}});
  needs_.queue_changed();
  co_return changed;
}

void QueueHand::recalculate(std::string actor) {
  needs_.recalculate();
  needs_.events.emit(observe::Event::queue_changed_by_hand,
                     {{"action", "recalculate"}, {"actor", std::move(actor)}});
}

net::Task<base::Result<std::int64_t>> QueueHand::recalculate(base::AccountId account,
                                                             std::string actor) {
  auto waiting = co_await needs_.spool.waiting(needs_.shard, account);
  if (!waiting) co_return std::unexpected(waiting.error());
  std::set<std::string> domains;
  for (const spool::Waiting& one : *waiting) {
    const bool by_requirement = !tls::reason_info(one.code).result_type.empty();
    if (by_requirement || one.leg == queue::Leg::internal) domains.insert(one.domain);
  }
  std::int64_t total = 0;
  for (const std::string& domain : domains) {
    spool::ListFilter of_domain;
    of_domain.account = account;
    of_domain.domain = domain;
    auto changed = co_await needs_.spool.act(needs_.shard, Action::retry, std::move(of_domain),
                                             std::nullopt, needs_.shard.wall_now());
    if (!changed) co_return changed;
    total += *changed;
  }
  if (total == 0) co_return total;
  needs_.events.emit(observe::Event::queue_changed_by_hand, {{"action", "recalculate"},
                                                             {"deliveries", std::to_string(total)},
                                                             {"actor", std::move(actor)}});
  needs_.queue_changed();
  co_return total;
}

}  // namespace postern::admin
