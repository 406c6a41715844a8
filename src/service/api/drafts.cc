#include "service/api/drafts.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/text.h"
#include "service/api/etag.h"
#include "service/api/findings.h"
#include "service/api/probes.h"

namespace postern::api {

namespace {

// Results that come together are merged together.
constexpr std::chrono::milliseconds gathering{200};

Problem problem_for(const base::Failure& failure) {
  Problem problem = problem_of(failure);
  if (failure.code == "route-not-proved" || failure.code == "confirmation-needed") {
    problem.status = 409;
  }
  if (failure.code == "too-many-lines" || failure.code == "too-many-domains") {
    problem.status = 422;
    problem.errors.push_back({"#/text", failure.text});
  }
  return problem;
}

std::vector<tls::HostPattern> patterns_of(const std::vector<std::string>& texts, Problem& problem) {
  std::vector<tls::HostPattern> patterns;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto pattern = tls::HostPattern::parse(texts[i]);
    if (!pattern) {
      problem.errors.push_back({fmt::format("#/mx/{}", i), pattern.error().text});
    } else if (std::ranges::find(patterns, *pattern) == patterns.end()) {
      patterns.push_back(*std::move(pattern));
    }
  }
  return patterns;
}

Outcome<onboarding::NewDomainChange> change_of(const DraftDomainChange& wanted) {
  onboarding::NewDomainChange change;
  Problem problem{
      .status = 422, .code = "invalid-request", .detail = "Some fields are wrong: see errors."};
  if (wanted.mx) change.pins = patterns_of(*wanted.mx, problem);
  if (wanted.mode == tls::Mode::opportunistic) {
    problem.errors.push_back({"#/mode", "A policy is strict or relaxed."});
  }
  if (!problem.errors.empty()) return std::unexpected(std::move(problem));
  change.mode = wanted.mode;
  change.stage = wanted.stage;
  change.confirmed = wanted.confirmed;
  return change;
}

std::vector<dns::Domain> names_of(const Draft& draft, bool (*wanted)(const DraftDomain&)) {
  std::vector<dns::Domain> names;
  for (const DraftDomain& one : draft.domains) {
    if (one.verdict != onboarding::Verdict::valid || !wanted(one)) continue;
    if (auto name = dns::Domain::from_ascii(one.domain)) names.push_back(*std::move(name));
  }
  return names;
}

const policy::InternalRoute* route_of(const policy::PolicyBook& book, std::int64_t id) {
  for (const auto& route : book.configuration().internal_routes) {
    if (route.id.value == id) return &route;
  }
  return nullptr;
}

// What a job found, as a step of the draft. One that was thrown away meanwhile does not come back:
// it has no address any more.
void merge(onboarding::Draft& draft, const JobItem& item, const policy::PolicyBook& tested) {
  if (item.domain) onboarding::put_finding(draft, understood(*item.domain));
  const policy::InternalRoute* route = item.route ? route_of(tested, item.route->route) : nullptr;
  if (route != nullptr && !draft.address.empty()) {
    onboarding::put_proof(draft,
                          understood(*item.route, onboarding::settings_text(tested, *route)));
  }
}

}  // namespace

// --- one change ----------------------------------------------------------------------------------

struct Drafts::Edit {
  Jobs::Book book;
  base::AccountId account;
  base::Instant now;
  std::string author;  // empty: what a job found, which is nobody's change
  Call call;           // for If-Match
  std::optional<std::string> job;
  Step step;
};

Outcome<Draft> Drafts::make(records::Records& records, const Edit& edit) {
  const onboarding::Scene scene{*edit.book, edit.account, edit.now};
  onboarding::Draft draft;
  Outcome<void> made;
  auto kept = records.change_draft(
      edit.account, [&](const records::KeptDraft& before) -> std::optional<std::string> {
        auto read = read_draft(before.text);
        if (!read) made = std::unexpected(read.error());
        if (!made) return std::nullopt;
        draft = *std::move(read);
        recheck(draft, scene);
        made = require_match(edit.call, shown(draft, before, scene, edit.job));
        if (!made) return std::nullopt;
        const std::string unchanged = draft_text(draft);
        if (auto done = edit.step(draft, scene); !done) {
          made = std::unexpected(problem_for(done.error()));
        }
        if (!made || draft_text(draft) == unchanged) return std::nullopt;
        if (!edit.author.empty()) draft.author = edit.author;
        draft.changed = edit.now;
        return draft_text(draft);
      });
  if (!made) return std::unexpected(made.error());
  if (!kept) return refuse(kept.error());
  return shown(draft, *kept, scene, edit.job);
}

net::Task<Outcome<Draft>> Drafts::edit(Edit edit) {
  const base::AccountId account = edit.account;
  const std::string author = edit.author.empty() ? "gateway" : edit.author;
  std::function<Outcome<Draft>(records::Records&)> work =
      [edit = std::move(edit)](records::Records& records) { return make(records, edit); };
  auto outcome = co_await needs_.writes.run<Outcome<Draft>>(needs_.shard, std::move(work));
  if (outcome) changed_.tell(account, author);
  co_return outcome;
}

Drafts::Edit Drafts::edit_of(const Call& call, Step step) const {
  return {.book = call.book,
          .account = call.account->id,
          .now = needs_.shard.wall_now(),
          .author = call.who.actor().name,
          .call = call,
          .job = running_job(call.account->id),
          .step = std::move(step)};
}

Handled<Draft> Drafts::answer(Call call, Step step) {
  auto edited = co_await edit(edit_of(call, std::move(step)));
  if (!edited) co_return std::unexpected(edited.error());
  co_return Answer<Draft>(*std::move(edited));
}

// --- the operations ------------------------------------------------------------------------------

Handled<Draft> Drafts::get(Call call) {
  std::function<Outcome<Draft>(records::Records&)> work =
      [book = call.book, account = call.account->id, now = needs_.shard.wall_now(),
       job = running_job(call.account->id)](records::Records& records) -> Outcome<Draft> {
    auto kept = records.draft(account);
    if (!kept) return refuse(kept.error());
    auto draft = read_draft(kept->text);
    if (!draft) return std::unexpected(draft.error());
    const onboarding::Scene scene{*book, account, now};
    recheck(*draft, scene);
    return shown(*draft, *kept, scene, job);
  };
  auto draft = co_await needs_.reads.run<Outcome<Draft>>(needs_.shard, std::move(work));
  if (!draft) co_return std::unexpected(draft.error());
  co_return Answer<Draft>(*std::move(draft));
}

Handled<Draft> Drafts::change(Call call, DraftChange wanted) {
  return answer(std::move(call),
                [wanted](onboarding::Draft& draft, const onboarding::Scene& scene) {
                  if (wanted.require_tls_from_servers) {
                    draft.require_tls_from_servers = *wanted.require_tls_from_servers;
                  }
                  return wanted.step ? go_to(draft, *wanted.step, scene) : base::Result<>();
                });
}

Handled<Draft> Drafts::discard(Call call) {
  const base::AccountId account = call.account->id;
  const std::string author = call.who.actor().name;
  if (auto job = running_job(account)) needs_.jobs.cancel(account, *job);
  std::function<Outcome<Draft>(records::Records&)> work =
      [book = call.book, account, now = needs_.shard.wall_now(),
       call](records::Records& records) -> Outcome<Draft> {
    const onboarding::Scene scene{*book, account, now};
    Outcome<void> matches;
    auto kept = records.change_draft(account, [&](const records::KeptDraft& before) {
      auto draft = read_draft(before.text);  // an unreadable one can be discarded all the same
      if (draft) recheck(*draft, scene);
      if (draft) matches = require_match(call, shown(*draft, before, scene, std::nullopt));
      return matches ? std::optional<std::string>("") : std::nullopt;
    });
    if (!matches) return std::unexpected(matches.error());
    if (!kept) return refuse(kept.error());
    return shown(onboarding::Draft(), *kept, scene, std::nullopt);
  };
  auto draft = co_await needs_.writes.run<Outcome<Draft>>(needs_.shard, std::move(work));
  if (!draft) co_return std::unexpected(draft.error());
  changed_.tell(account, author);
  co_return Answer<Draft>(*std::move(draft));
}

Handled<Draft> Drafts::add_domains(Call call, DraftLines lines) {
  Step step = [text = std::move(lines.text)](onboarding::Draft& draft,
                                             const onboarding::Scene& scene) {
    return add_lines(draft, text, scene);
  };
  auto draft = co_await edit(edit_of(call, std::move(step)));
  if (!draft) co_return std::unexpected(draft.error());
  const auto unseen = names_of(*draft, [](const DraftDomain& one) { return !one.finding; });
  // Where too many jobs run already, the lines stay, and can be looked at later.
  if (!unseen.empty()) {
    if (auto job = start_probe(call, unseen)) draft->job = job->id;
  }
  co_return Answer<Draft>(*std::move(draft));
}

Handled<Draft> Drafts::change_domain(Call call, DraftDomainChange wanted) {
  auto change = change_of(wanted);
  if (!change) co_return std::unexpected(change.error());
  Step step = [name = call.at("domain"), change = *change](onboarding::Draft& draft,
                                                           const onboarding::Scene&) {
    return onboarding::change_domain(draft, name, change);
  };
  auto draft = co_await edit(edit_of(call, std::move(step)));
  if (!draft) co_return std::unexpected(draft.error());
  co_return Answer<Draft>(*std::move(draft));
}

Handled<Draft> Drafts::remove_domain(Call call) {
  Step step = [name = call.at("domain")](onboarding::Draft& draft, const onboarding::Scene&) {
    return onboarding::remove_domain(draft, name);
  };
  return answer(std::move(call), std::move(step));
}

Handled<Draft> Drafts::take_domains(Call call) {
  return answer(std::move(call), [](onboarding::Draft& draft, const onboarding::Scene&) {
    onboarding::take_domains(draft);
    return base::Result<>();
  });
}

Handled<Draft> Drafts::add_removal(Call call, DraftRemoval removal) {
  return answer(std::move(call), [scope = std::move(removal.domain)](
                                     onboarding::Draft& draft, const onboarding::Scene& scene) {
    return onboarding::add_removal(draft, scope, scene);
  });
}

Handled<Draft> Drafts::drop_removal(Call call) {
  Step step = [scope = call.at("domain")](onboarding::Draft& draft, const onboarding::Scene&) {
    return onboarding::drop_removal(draft, scope);
  };
  return answer(std::move(call), std::move(step));
}

// --- live tests ----------------------------------------------------------------------------------

Handled<Job> Drafts::validate(Call call, RouteTestInput input) {
  auto address = routed_address(call, input.address);
  if (!address) co_return std::unexpected(address.error());
  const auto message =
      input.send_message.value_or(false) ? Jobs::Message::send : Jobs::Message::none;
  auto job = needs_.jobs.test_routes(call.book, call.account->id, *address, message);
  if (!job) co_return std::unexpected(job.error());
  Step step = [text = address->text()](onboarding::Draft& draft, const onboarding::Scene&) {
    draft.address = text;
    draft.step = std::max(draft.step, onboarding::Step::validate);
    return base::Result<>();
  };
  auto edited = co_await edit(edit_of(call, std::move(step)));
  if (!edited) {
    needs_.jobs.cancel(call.account->id, job->id);
    co_return std::unexpected(edited.error());
  }
  follow(*job, call.book, call.account->id);
  co_return Answer<Job>(*std::move(job));
}

Outcome<Job> Drafts::start_probe(const Call& call, const std::vector<dns::Domain>& domains) {
  auto job = needs_.jobs.probe(call.book, call.account->id, domains);
  if (job) follow(*job, call.book, call.account->id);
  return job;
}

Handled<Job> Drafts::probe(Call call) {
  auto draft = co_await get(call);
  if (!draft) co_return std::unexpected(draft.error());
  const auto all = names_of(draft->body, [](const DraftDomain&) { return true; });
  if (all.empty()) {
    co_return refuse(409, "nothing-to-do", "The draft has no domain that could be looked at.");
  }
  auto job = start_probe(call, all);
  if (!job) co_return std::unexpected(job.error());
  co_return Answer<Job>(*std::move(job));
}

std::optional<std::string> Drafts::running_job(base::AccountId account) const {
  const auto found = jobs_.find(account);
  return found == jobs_.end() ? std::nullopt : std::optional(found->second);
}

void Drafts::follow(const Job& job, Jobs::Book book, base::AccountId account) {
  jobs_[account] = job.id;
  followers_.start(merge_results(job.id, std::move(book), account));
}

net::Task<void> Drafts::merge_results(std::string id, Jobs::Book book, base::AccountId account) {
  net::Event news(needs_.shard);
  const auto listening =
      needs_.jobs.progress().subscribe([&](const base::AccountId&, const Job& job) {
        if (job.id == id) news.notify();
      });
  std::set<std::size_t> merged;
  for (bool over = false; !over;) {
    news.reset();
    std::vector<JobItem> fresh;
    const Job* job = needs_.jobs.find(account, id);
    over = job == nullptr || job->state != JobState::running;
    for (std::size_t i = 0; job != nullptr && i < job->items.size(); ++i) {
      if (job->items[i].done && merged.insert(i).second) fresh.push_back(job->items[i]);
    }
    if (!fresh.empty()) {
      Step step = [fresh, book](onboarding::Draft& draft, const onboarding::Scene&) {
        for (const JobItem& item : fresh) merge(draft, item, *book);
        return base::Result<>();
      };
      Edit results{.book = needs_.book.current(),
                   .account = account,
                   .now = needs_.shard.wall_now(),
                   .author = "",
                   .call = {},
                   .job = id,
                   .step = std::move(step)};
      (void)co_await edit(std::move(results));
    }
    if (over) break;
    base::Deadline forever;
    (void)co_await news.wait(forever);
    base::Deadline soon{.at = needs_.shard.now() + gathering, .cancellation = nullptr};
    (void)co_await needs_.shard.sleep(soon);
  }
  if (running_job(account) == id) jobs_.erase(account);
  changed_.tell(account, "gateway");
}

net::Task<void> Drafts::stop() { return followers_.join(); }

}  // namespace postern::api
