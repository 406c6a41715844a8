// The end of the task: what Finish would do, and Finish. And where the draft's operations are.
#include <utility>

#include "service/api/drafts.h"

namespace postern::api {

namespace {

constexpr int patience = 5;  // how often another's change may come between

base::Result<> put_in_force(records::Change& change, const onboarding::PlannedChange& planned) {
  if (planned.action == onboarding::PlannedChange::Action::remove) {
    return change.remove(std::get<policy::Policy>(planned.what).id);
  }
  const auto put = [&](const auto& object) -> base::Result<> {
    auto id = change.put(object);
    if (!id) return std::unexpected(id.error());
    return {};
  };
  return std::visit(put, planned.what);
}

}  // namespace

struct Drafts::Finish {
  Jobs::Book book;
  base::AccountId account;
  base::Instant now;
  records::Actor actor;
};

Handled<Plan> Drafts::plan(Call call) {
  Finish finish{call.book, call.account->id, needs_.shard.wall_now(), call.who.actor()};
  std::function<Outcome<Plan>(records::Records&)> work =
      [finish](records::Records& records) -> Outcome<Plan> {
    auto kept = records.draft(finish.account);
    if (!kept) return refuse(kept.error());
    auto draft = read_draft(kept->text);
    if (!draft) return std::unexpected(draft.error());
    const onboarding::Scene scene{*finish.book, finish.account, finish.now};
    const auto planned = finish_plan(*draft, scene, finish.actor.name);
    auto changes = shown(planned.changes, scene, records);
    if (!changes) return refuse(changes.error());
    Plan plan{.changes = *std::move(changes), .may_finish = !planned.why_not};
    if (planned.why_not) plan.why_not = planned.why_not->text;
    return plan;
  };
  auto plan = co_await needs_.reads.run<Outcome<Plan>>(needs_.shard, std::move(work));
  if (!plan) co_return std::unexpected(plan.error());
  co_return Answer<Plan>(*std::move(plan));
}

struct Drafts::FinishResult {
  // NOLINTBEGIN(google-explicit-constructor): an outcome alone is a result
  FinishResult(Outcome<Finished> o) : outcome(std::move(o)) {}
  FinishResult(std::unexpected<Problem> p) : outcome(std::move(p)) {}
  // NOLINTEND(google-explicit-constructor): as above
  static FinishResult outdated(std::int64_t revision) {
    FinishResult result(Outcome<Finished>{});
    result.newer = revision;
    return result;
  }
  Outcome<Finished> outcome;
  std::optional<std::int64_t> newer;  // nothing was done: the book is older than this revision
};

// Everything in one transaction, judged by the very configuration that it changes.
Drafts::FinishResult Drafts::make(records::Records& records, const Finish& finish) {
  auto change = records.change(finish.actor, finish.now);
  if (!change) return refuse(change.error());
  auto revision = records.revision();  // stands still: the change holds the only right to write
  if (!revision) return refuse(revision.error());
  if (*revision != finish.book->revision()) return FinishResult::outdated(*revision);
  auto kept = (*change)->take_draft(finish.account);
  if (!kept) return refuse(kept.error());
  auto draft = read_draft(kept->text);
  if (!draft) return std::unexpected(draft.error());
  const onboarding::Scene scene{*finish.book, finish.account, finish.now};
  const auto planned = finish_plan(*draft, scene, finish.actor.name);
  if (planned.why_not) return refuse(409, planned.why_not->code, planned.why_not->text);
  for (const auto& one : planned.changes) {
    if (auto put = put_in_force(**change, one); !put) return refuse(put.error());
  }
  if (auto finished = (*change)->finish(); !finished) return refuse(finished.error());
  change->reset();
  auto now_at = records.revision();
  if (!now_at) return refuse(now_at.error());
  auto changes = shown(planned.changes, scene, records);
  if (!changes) return refuse(changes.error());
  return Outcome<Finished>(Finished{.revision = *now_at, .changes = *std::move(changes)});
}

Handled<Finished> Drafts::finish(Call call) {
  const base::AccountId account = call.account->id;
  const records::Actor actor = call.who.actor();
  for (int attempt = 0; attempt < patience; ++attempt) {
    Finish finish{needs_.book.current(), account, needs_.shard.wall_now(), actor};
    std::function<FinishResult(records::Records&)> work = [finish](records::Records& records) {
      return make(records, finish);
    };
    auto result = co_await needs_.writes.run<FinishResult>(needs_.shard, std::move(work));
    if (result.newer) {
      co_await needs_.changes.in_force(*result.newer);
      continue;
    }
    if (!result.outcome) co_return std::unexpected(result.outcome.error());
    co_await needs_.changes.in_force(result.outcome->revision);
    changed_.tell(account, actor.name);
    co_return Answer<Finished>(*std::move(result.outcome));
  }
  co_return refuse(503, "records-busy",
                   "The configuration changes faster than Finish can look at it: try again.");
}

namespace {

constexpr std::string_view path = "/accounts/{account}/tls-policy-draft";

OperationInfo info_of(Method method, std::string_view below, std::string id, std::string summary,
                      Access access, int status = 200) {
  return {.method = method,
          .path = std::string(path) + std::string(below),
          .id = std::move(id),
          .summary = std::move(summary),
          .access = access,
          .status = status};
}

// Those that need no more than to be asked.
template <class Reply>
void add_plain(Operations& operations, Drafts* drafts, OperationInfo info,
               Handled<Reply> (Drafts::*handler)(Call)) {
  operations.add<Nothing, Nothing, Reply>(std::move(info),
                                          [drafts, handler](Call call, Nothing, Nothing) {
                                            return (drafts->*handler)(std::move(call));
                                          });
}

template <class Body, class Reply>
void add_with_body(Operations& operations, Drafts* drafts, OperationInfo info,
                   Handled<Reply> (Drafts::*handler)(Call, Body)) {
  operations.add<Nothing, Body, Reply>(
      std::move(info), [drafts, handler](Call call, Nothing, Body body) {
        return (drafts->*handler)(std::move(call), std::move(body));
      });
}

}  // namespace

void declare_drafts(Operations& operations, Drafts* drafts) {
  using enum Method;
  using enum Access;
  const auto plain = [&](OperationInfo info, auto handler) {
    add_plain(operations, drafts, std::move(info), handler);
  };
  const auto with_body = [&](OperationInfo info, auto handler) {
    add_with_body(operations, drafts, std::move(info), handler);
  };
  plain(info_of(get, "", "getDraft", "The TLS policies that are being set up", viewer),
        &Drafts::get);
  with_body(info_of(patch, "", "changeDraft", "Changes where the draft is, and its choices",
                    administrator),
            &Drafts::change);
  plain(info_of(remove, "", "discardDraft", "Throws the draft away; nothing in force changes",
                administrator),
        &Drafts::discard);
  with_body(info_of(post, "/validate", "validateDraft",
                    "Tests the internal server routes; the draft keeps what is found",
                    administrator, 202),
            &Drafts::validate);
  with_body(info_of(post, "/domains", "addDraftDomains",
                    "Adds external domains, at most 50 lines; the valid ones are looked at",
                    administrator),
            &Drafts::add_domains);
  with_body(info_of(patch, "/domains/{domain}", "changeDraftDomain",
                    "Changes what the policy of a new domain will be", administrator),
            &Drafts::change_domain);
  plain(info_of(remove, "/domains/{domain}", "removeDraftDomain", "Takes a line out of the draft",
                administrator),
        &Drafts::remove_domain);
  plain(info_of(post, "/add", "takeDraftDomains",
                "Takes every valid domain that was looked at, for Finish", administrator),
        &Drafts::take_domains);
  plain(
      info_of(post, "/probe", "probeDraft", "Looks at all valid domains again", administrator, 202),
      &Drafts::probe);
  with_body(info_of(post, "/removals", "addDraftRemoval", "Finish shall take this policy away",
                    administrator),
            &Drafts::add_removal);
  plain(info_of(remove, "/removals/{domain}", "removeDraftRemoval", "Keeps a policy after all",
                administrator),
        &Drafts::drop_removal);
  plain(info_of(get, "/plan", "planDraft",
                "What Finish will change, and what that would have meant for last month's mail",
                viewer),
        &Drafts::plan);
  plain(info_of(post, "/finish", "finishDraft", "Puts everything in force as one change",
                administrator),
        &Drafts::finish);
}

}  // namespace postern::api
