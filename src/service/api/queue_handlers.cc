#include "service/api/queue_handlers.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/text.h"
#include "service/api/mail_convert.h"

namespace postern::api {

namespace {

using Action = spool::Spool::Action;

constexpr std::size_t most_messages = 1000;  // that one command names
constexpr std::size_t shown_ids = 20;        // in the audit log
constexpr std::size_t trace_limit = 1000;    // attempts

Outcome<spool::ListFilter> filter_of(const Call& call, const QueueQuery& query) {
  spool::ListFilter filter;
  filter.account = call.account->id;
  auto domain = domain_parameter(query.domain);
  if (!domain) return std::unexpected(domain.error());
  filter.domain = *domain;
  if (query.state == "held") filter.state = queue::State::held;
  if (query.state == "queued") filter.state = queue::State::queued;
  if (query.state && !filter.state) {
    return refuse_parameter("state", "state is \"queued\" or \"held\".");
  }
  auto after = id_parameter("after", query.after);
  if (!after) return std::unexpected(after.error());
  filter.after = after->value_or(base::MessageId{});
  auto limit = page_limit(query.limit);
  if (!limit) return std::unexpected(limit.error());
  filter.limit = *limit;
  return filter;
}

// Every mistake with its place.
Outcome<ChosenMail> chosen_by(const Call& call, const QueueCommand& command) {
  Problem problem{
      .status = 422, .code = "invalid-request", .detail = "Some fields are wrong: see errors."};
  ChosenMail chosen;
  chosen.filter.account = call.account->id;
  if (command.domain && !command.domain->empty()) {
    auto domain = dns::Domain::parse(*command.domain);
    if (domain) chosen.filter.domain = domain->text();
    if (!domain) problem.errors.push_back({"#/domain", domain.error().text});
  }
  for (std::size_t i = 0; i < command.messages.size(); ++i) {
    const auto id = base::parse_queue_id(command.messages[i]);
    if (id) chosen.messages.push_back(*id);
    if (!id) {
      problem.errors.push_back(
          {fmt::format("#/messages/{}", i), "This is no queue id, as the queue shows them."});
    }
  }
  if (chosen.messages.size() > most_messages) {
    problem.errors.push_back(
        {"#/messages", fmt::format("Name at most {} messages.", most_messages)});
  }
  if (!problem.errors.empty()) return std::unexpected(std::move(problem));
  // Everything at once only when asked for by name: an empty choice is more often a slip. To look
  // at everything again does no harm.
  const bool harmless = command.action == QueueAction::recalculate;
  if (chosen.is_everything() && !harmless && !command.all.value_or(false)) {
    return refuse(422, "nothing-chosen", "Name messages or a domain, or say all.");
  }
  return chosen;
}

std::string object_of(const ChosenMail& chosen, const std::vector<base::MessageId>& messages) {
  if (messages.empty()) {
    return chosen.filter.domain.empty() ? "the whole queue" : "mail to " + chosen.filter.domain;
  }
  std::string text = messages.size() == 1 ? "message" : "messages";
  for (std::size_t i = 0; i < std::min(messages.size(), shown_ids); ++i) {
    text += " " + base::queue_id(messages[i]);
  }
  if (messages.size() > shown_ids) {
    text += fmt::format(" and {} more", messages.size() - shown_ids);
  }
  return chosen.filter.domain.empty() ? text : text + " to " + chosen.filter.domain;
}

Action action_of(QueueAction action) {
  switch (action) {
    case QueueAction::hold:
      return Action::hold;
    case QueueAction::release:
      return Action::release;
    case QueueAction::remove:
      return Action::remove;
    case QueueAction::retry:
    case QueueAction::recalculate:
      break;
  }
  return Action::retry;
}

// The message is the account's, not only one of its recipients.
bool was_accepted_for(base::AccountId account, const std::vector<records::EvidenceRow>& rows) {
  return std::ranges::any_of(rows, [&](const records::EvidenceRow& row) {
    const queue::Hop hop = row.attempt.hop;
    return row.attempt.account == account &&
           (hop == queue::Hop::partner_to_gateway || hop == queue::Hop::internal_to_gateway);
  });
}

std::unexpected<Problem> no_such_message(std::string_view text) {
  return refuse(404, "not-found",
                fmt::format("There is no message {} that you may see: it was never here, or its "
                            "evidence has been forgotten.",
                            base::printable(text, 64)));
}

}  // namespace

Handled<Messages> QueueHandlers::list(Call call, QueueQuery query) {
  auto filter = filter_of(call, query);
  if (!filter) co_return std::unexpected(filter.error());
  auto found = co_await needs_.spool.list(needs_.shard, *filter);
  if (!found) co_return refuse(found.error());
  Messages page;
  for (const spool::MessageInfo& message : *found) {
    page.items.push_back(shown(message, *call.book, call.account->id));
  }
  if (found->size() == filter->limit) page.next = base::queue_id(found->back().id);
  const spool::AccountCounts counts = needs_.spool.counts_of(call.account->id);
  page.messages = counts.messages;
  page.held = counts.held;
  co_return page;
}

net::Task<Outcome<std::vector<base::MessageId>>> QueueHandlers::own(
    const Call& call, std::vector<base::MessageId> named) {
  std::vector<base::MessageId> here;
  for (const base::MessageId id : named) {
    auto found = co_await needs_.spool.message(needs_.shard, id);
    if (found && found->envelope.account == call.account->id) here.push_back(id);
  }
  if (here.empty()) {
    co_return refuse(404, "not-found",
                     "No such message is in the queue: it was delivered, bounced or removed.");
  }
  co_return here;
}

net::Task<Outcome<void>> QueueHandlers::note(const Call& call, std::string action,
                                             std::string object) {
  const std::function<base::Result<>(records::Records&)> work =
      [actor = call.who.actor(), now = needs_.shard.wall_now(), action = std::move(action),
       object = std::move(object), account = call.account->id](records::Records& records) {
        return records.audit(actor, now, action, object, account);
      };
  auto noted = co_await needs_.writes.run(needs_.shard, work);
  if (!noted) co_return refuse(noted.error());
  co_return Outcome<void>();
}

net::Task<Outcome<QueueEffect>> QueueHandlers::recalculate(const Call& call, ChosenMail chosen) {
  std::string object = "mail that waits for a requirement";
  if (!chosen.is_everything()) object = object_of(chosen, chosen.messages);
  auto noted = co_await note(call, "queue.recalculate", std::move(object));
  if (!noted) co_return std::unexpected(noted.error());
  admin::QueueHand::Choice choice{call.account->id, chosen.filter.domain,
                                  std::move(chosen.messages)};
  auto changed = co_await needs_.hand.recalculate(std::move(choice), call.who.actor().name);
  if (!changed) co_return refuse(changed.error());
  co_return QueueEffect{*changed};
}

Handled<QueueEffect> QueueHandlers::command(Call call, QueueCommand command) {
  auto chosen = chosen_by(call, command);
  if (!chosen) co_return std::unexpected(chosen.error());
  if (!chosen->messages.empty()) {
    auto here = co_await own(call, chosen->messages);
    if (!here) co_return std::unexpected(here.error());
    chosen->messages = std::move(*here);
  }
  if (command.action == QueueAction::recalculate) {
    auto effect = co_await recalculate(call, std::move(*chosen));
    if (!effect) co_return std::unexpected(effect.error());
    co_return *effect;
  }
  const std::vector<base::MessageId>& messages = chosen->messages;
  std::string action = "queue." + std::string(queue_action_text(command.action));
  auto noted = co_await note(call, std::move(action), object_of(*chosen, messages));
  if (!noted) co_return std::unexpected(noted.error());

  std::vector<std::optional<base::MessageId>> ones(messages.begin(), messages.end());
  if (ones.empty()) ones.emplace_back();
  QueueEffect effect;
  for (const auto& one : ones) {
    admin::QueueHand::Deed deed{action_of(command.action), chosen->filter, one,
                                call.who.actor().name};
    auto changed = co_await needs_.hand.act(std::move(deed));
    if (!changed && changed.error().code == "not-found") continue;  // it has gone meanwhile
    if (!changed) co_return refuse(changed.error());
    effect.deliveries += *changed;
  }
  co_return effect;
}

Handled<Trace> QueueHandlers::trace(Call call) {
  const std::string& text = call.at("id");
  const auto id = base::parse_queue_id(text);
  if (!id) co_return no_such_message(text);
  Trace trace;
  trace.id = base::queue_id(*id);
  auto waiting = co_await needs_.spool.message(needs_.shard, *id);
  const bool waits_here = waiting && waiting->envelope.account == call.account->id;
  if (waits_here) trace.message = shown(*waiting, *call.book, call.account->id);

  records::EvidenceFilter filter;
  filter.message = *id;
  filter.limit = trace_limit;
  using Rows = base::Result<std::vector<records::EvidenceRow>>;
  const std::function<Rows(records::Records&)> work = [filter](records::Records& records) {
    return records.evidence(filter);
  };
  auto rows = co_await needs_.reads.run(needs_.shard, work);
  if (!rows) co_return refuse(rows.error());
  const bool own = waits_here || was_accepted_for(call.account->id, *rows);
  for (const records::EvidenceRow& row : *rows) {
    if (row.attempt.account == call.account->id) {
      trace.attempts.push_back(shown(row));
    } else if (own && row.attempt.hop == queue::Hop::gateway_to_internal) {
      trace.attempts.push_back(shown_elsewhere(row));
    }
  }
  if (!trace.message && trace.attempts.empty()) co_return no_such_message(text);
  co_return trace;
}

void declare_queue(Operations& operations, QueueHandlers* handlers) {
  const std::string base = "/accounts/{account}/queue";
  operations.add<QueueQuery, Nothing, Messages>(
      {Method::get, base, "listQueue", "Messages that wait", Access::viewer},
      [handlers](Call call, QueueQuery query, Nothing) {
        return handlers->list(std::move(call), std::move(query));
      });
  operations.add<Nothing, QueueCommand, QueueEffect>(
      {Method::post, base, "commandQueue", "Retries, holds, releases, removes or recalculates mail",
       Access::operator_},
      [handlers](Call call, Nothing, QueueCommand command) {
        return handlers->command(std::move(call), std::move(command));
      });
  operations.add<Nothing, Nothing, Trace>(
      {Method::get, "/accounts/{account}/messages/{id}", "traceMessage",
       "One message's way over its hops", Access::viewer},
      [handlers](Call call, Nothing, Nothing) { return handlers->trace(std::move(call)); });
}

}  // namespace postern::api
