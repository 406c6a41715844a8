#include "service/admin/queue_hand.h"

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

net::Task<base::Result<std::set<QueueHand::Waits>>> QueueHand::waiting_of(const Choice& choice) {
  std::set<Waits> all;
  const auto add = [&](const std::string& code, queue::Leg leg, const std::string& domain,
                       std::optional<base::MessageId> message) {
    const bool wanted = choice.domain.empty() || choice.domain == domain;
    const bool by_requirement = !tls::reason_info(code).result_type.empty();
    if (wanted && (by_requirement || leg == queue::Leg::internal)) all.emplace(domain, message);
  };
  for (const base::MessageId id : choice.messages) {
    auto found = co_await needs_.spool.message(needs_.shard, id);
    if (!found || found->envelope.account != choice.account) continue;
    for (const queue::Delivery& one : found->deliveries) {
      add(one.last.code, one.destination.leg, one.destination.domain.text(), id);
    }
  }
  if (!choice.messages.empty()) co_return all;
  auto waiting = co_await needs_.spool.waiting(needs_.shard, choice.account);
  if (!waiting) co_return std::unexpected(waiting.error());
  for (const spool::Waiting& one : *waiting) add(one.code, one.leg, one.domain, std::nullopt);
  co_return all;
}

net::Task<base::Result<std::int64_t>> QueueHand::recalculate(Choice choice, std::string actor) {
  auto waiting = co_await waiting_of(choice);
  if (!waiting) co_return std::unexpected(waiting.error());
  std::int64_t total = 0;
  for (const auto& [domain, message] : *waiting) {
    spool::ListFilter of_domain;
    of_domain.account = choice.account;
    of_domain.domain = domain;
    auto changed = co_await needs_.spool.act(needs_.shard, Action::retry, std::move(of_domain),
                                             message, needs_.shard.wall_now());
    if (!changed && changed.error().code == "not-found") continue;  // it has gone meanwhile
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
