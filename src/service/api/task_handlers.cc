#include "service/api/task_handlers.h"

#include <algorithm>
#include <functional>

namespace postern::api {

namespace {

using onboarding::Progress;

records::EvidenceFilter of_internal_servers(base::AccountId account) {
  records::EvidenceFilter filter;
  filter.account = account;
  filter.hop = queue::Hop::internal_to_gateway;
  filter.outcome = queue::AttemptOutcome::accepted;
  filter.order = records::EvidenceFilter::Order::newest_first;
  filter.limit = 1;
  return filter;
}

// What happened, as the records know it.
struct Happened {
  bool message = false;
  bool draft = false;
};

}  // namespace

Progress progress_of(const policy::PolicyBook& book, base::AccountId account, base::Instant now) {
  Progress is;
  const policy::Configuration& all = book.configuration();
  for (const policy::InternalDomain& one : all.domains) {
    if (one.account != account) continue;
    ++(one.validated ? is.validated : is.waiting);
    if (one.validated && !book.internal_routes(account, one.domain).empty()) ++is.routed;
  }
  is.senders = std::ranges::count(all.senders, account, &policy::InternalSender::account);
  for (const policy::Policy& one : all.policies) {
    if (one.account != account || !one.active(now)) continue;
    ++(one.stage == tls::Stage::enforce ? is.enforced : is.monitored);
  }
  return is;
}

Handled<Tasks> TaskHandlers::list(Call call) {
  Progress is = progress_of(*call.book, call.account->id, needs_.shard.wall_now());
  using Answer = base::Result<Happened>;
  std::function<Answer(records::Records&)> job =
      [account = call.account->id](records::Records& r) -> Answer {
    auto messages = r.evidence(of_internal_servers(account));
    if (!messages) return std::unexpected(messages.error());
    auto draft = r.draft(account);
    if (!draft) return std::unexpected(draft.error());
    return Happened{!messages->empty(), !draft->text.empty()};
  };
  const auto happened = co_await needs_.reads.run<Answer>(needs_.shard, std::move(job));
  if (!happened) co_return refuse(happened.error());
  if (happened->message) is.first_message = Progress::FirstMessage::arrived;
  if (happened->draft) is.draft = Progress::Draft::started;
  Tasks out;
  for (const onboarding::Task& one : onboarding::tasks_of(is)) {
    Task task{std::string(task_text(one.id)),
              std::string(one.group),
              std::string(one.title),
              one.state,
              std::nullopt,
              one.summary};
    if (one.blocked_by) task.blocked_by = std::string(task_text(*one.blocked_by));
    out.done += one.state == onboarding::TaskState::done ? 1 : 0;
    out.items.push_back(std::move(task));
  }
  out.total = static_cast<std::int64_t>(out.items.size());
  co_return out;
}

Handled<FirstMessage> TaskHandlers::first_message(Call call) {
  using Rows = base::Result<std::vector<records::EvidenceRow>>;
  std::function<Rows(records::Records&)> job = [account = call.account->id](records::Records& r) {
    return r.evidence(of_internal_servers(account));
  };
  const auto rows = co_await needs_.reads.run<Rows>(needs_.shard, std::move(job));
  if (!rows) co_return refuse(rows.error());
  FirstMessage out;
  out.arrived = !rows->empty();
  if (out.arrived) {
    const queue::Attempt& last = rows->front().attempt;
    out.at = last.time;
    out.from_address = last.peer_address;
    out.tls_version = std::string(tls::version_text(last.version));
  }
  co_return out;
}

void declare_tasks(Operations& operations, TaskHandlers* handlers) {
  operations.add<Nothing, Nothing, Tasks>(
      {Method::get, "/accounts/{account}/tasks", "listTasks", "How far the set-up is"},
      [handlers](Call call, Nothing, Nothing) { return handlers->list(std::move(call)); });
  operations.add<Nothing, Nothing, FirstMessage>(
      {Method::get, "/accounts/{account}/first-message", "getFirstMessage",
       "Whether a message of an internal server has come"},
      [handlers](Call call, Nothing, Nothing) { return handlers->first_message(std::move(call)); });
}

}  // namespace postern::api
