#include "service/api/event_feed.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>

#include "service/api/jobs.h"
#include "service/api/write.h"

namespace postern::api {

namespace {

constexpr std::chrono::seconds look_interval{1};
constexpr std::chrono::seconds queue_interval{1};
constexpr std::chrono::milliseconds job_interval{100};
constexpr std::size_t entries_at_once = 1000;
constexpr std::size_t told_each = 20;  // more changes at once are told by author and action
constexpr std::size_t most_waiting = 256;

std::string sse(std::string_view name, std::string_view json, std::int64_t sequence) {
  const std::string id = sequence > 0 ? fmt::format("id: {}\n", sequence) : std::string();
  return fmt::format("event: {}\n{}data: {}\n\n", name, id, json);
}

// The same for many: who did what, how often.
struct Gathered {
  Event event;
  std::int64_t sequence = 0;
  std::int64_t count = 0;
};

}  // namespace

// --- what is told --------------------------------------------------------------------------------

struct EventFeed::News {
  std::int64_t revision = 0;
  std::vector<records::AuditEntry> entries;
};

EventFeed::EventFeed(Needs needs) : needs_(std::move(needs)), group_(needs_.shard) {}
EventFeed::~EventFeed() = default;

void EventFeed::start() {
  group_.start(watch_changes());
  group_.start(watch_queue());
}

net::Task<void> EventFeed::stop() {
  group_.cancel();
  co_await group_.join();
}

void EventFeed::tell(base::AccountId account, const Event& event) {
  for (Listener* listener : listeners_) {
    if (listener->hears(account)) listener->add(event, 0);
  }
}

void EventFeed::tell_draft(base::AccountId account, const std::string& actor) {
  const auto book = needs_.book.current();
  const policy::Account* known = book->account(account);
  if (known == nullptr) return;
  Event event;
  event.kind = "draft";
  event.actor = actor;
  event.via = "api";
  event.account = known->name;
  tell(account, event);
}

void EventFeed::tell_job(base::AccountId account, const std::string& id) {
  for (Listener* listener : listeners_) {
    if (listener->account_ != account) continue;
    listener->jobs_.insert(id);
    listener->arrived_.notify();
  }
}

Event EventFeed::event_of(const records::AuditEntry& entry) const {
  const auto book = needs_.book.current();
  Event event;
  event.kind = "change";
  event.revision = book->revision();
  event.actor = entry.actor;
  event.via = entry.via;
  if (const policy::Account* account = book->account(entry.account)) event.account = account->name;
  event.action = entry.action;
  event.object = entry.object;
  return event;
}

void EventFeed::tell_entries(const std::vector<records::AuditEntry>& entries) {
  if (entries.size() <= told_each) {
    for (const records::AuditEntry& entry : entries) {
      for (Listener* listener : listeners_) {
        if (listener->hears(entry.account)) listener->add(event_of(entry), entry.sequence);
      }
    }
    return;
  }
  using Key = std::tuple<base::AccountId, std::string, std::string, std::string>;
  std::map<Key, Gathered> gathered;
  for (const records::AuditEntry& entry : entries) {
    Gathered& one = gathered[{entry.account, entry.actor, entry.via, entry.action}];
    if (one.count++ == 0) one.event = event_of(entry);
    one.sequence = entry.sequence;
  }
  for (auto& [key, one] : gathered) {
    if (one.count > 1) one.event.object = fmt::format("{} objects", one.count);
    for (Listener* listener : listeners_) {
      // No number: what one gathers stands among what others do.
      if (listener->hears(std::get<0>(key))) listener->add(one.event, 0);
    }
  }
}

// --- where it comes from -------------------------------------------------------------------------

net::Task<base::Result<EventFeed::News>> EventFeed::news_after(std::int64_t sequence) {
  const std::function<base::Result<News>(records::Records&)> work =
      [sequence](records::Records& records) -> base::Result<News> {
    auto entries = records.audit_log(sequence, entries_at_once);
    if (!entries) return std::unexpected(entries.error());
    auto revision = records.revision();
    if (!revision) return std::unexpected(revision.error());
    return News{*revision, std::move(*entries)};
  };
  auto news = co_await needs_.reads.run(needs_.shard, work);
  co_return news;
}

// Whether there may be more. An entry may stand in the log a moment before its change is in force:
// then that is awaited, so that whoever is told and asks sees it.
net::Task<bool> EventFeed::tell_changes() {
  auto news = co_await news_after(last_);
  if (!news || news->entries.empty()) co_return false;
  co_await needs_.changes.in_force(news->revision);
  tell_entries(news->entries);
  last_ = news->entries.back().sequence;
  co_return news->entries.size() == entries_at_once;
}

net::Task<void> EventFeed::watch_changes() {
  const std::function<base::Result<std::int64_t>(records::Records&)> end =
      [](records::Records& records) { return records.audit_entries(); };
  std::int64_t seen = needs_.changes.revision();
  auto entries = co_await needs_.reads.run(needs_.shard, end);
  last_ = entries.value_or(0);
  while (!group_.cancellation().requested()) {
    // Some entries come without a new book: a hand on the queue, a sign-in.
    base::Deadline soon = group_.within(look_interval);
    if (needs_.changes.revision() == seen) co_await needs_.changes.next(soon);
    seen = needs_.changes.revision();
    bool more = true;
    while (more) more = co_await tell_changes();
  }
}

net::Task<void> EventFeed::watch_queue() {
  for (;;) {
    base::Deadline next = group_.within(queue_interval);
    auto slept = co_await needs_.shard.sleep(next);
    if (!slept) co_return;
    std::set<base::AccountId> accounts;
    for (const Listener* listener : listeners_) accounts.insert(listener->account_);
    const auto book = needs_.book.current();
    for (const base::AccountId account : accounts) {
      const std::int64_t changes = needs_.spool.counts_of(account).changes;
      const policy::Account* known = book->account(account);
      if (std::exchange(queue_changes_[account], changes) == changes || !known) continue;
      Event event;
      event.kind = "queue";
      event.account = known->name;
      tell(account, event);
    }
  }
}

// --- who listens ---------------------------------------------------------------------------------

std::unique_ptr<EventFeed::Listener> EventFeed::listen(base::AccountId account, Scope scope) {
  const bool first = std::ranges::none_of(
      listeners_, [&](const Listener* one) { return one->account_ == account; });
  if (first) queue_changes_[account] = needs_.spool.counts_of(account).changes;
  return std::make_unique<Listener>(*this, account, scope);
}

net::Task<void> EventFeed::catch_up(Listener& listener, std::int64_t seen) {
  const std::int64_t told = last_;  // what comes later is told to the listener anyway
  if (seen >= told) co_return;
  auto news = co_await news_after(seen);
  if (!news) co_return;
  std::erase_if(news->entries, [&](const records::AuditEntry& entry) {
    return entry.sequence > told || !listener.hears(entry.account);
  });
  if (news->entries.size() > told_each) {
    Event much;
    much.kind = "change";
    much.revision = news->revision;
    listener.add(much, told);
    co_return;
  }
  for (const records::AuditEntry& entry : news->entries) {
    listener.add(event_of(entry), entry.sequence);
  }
}

EventFeed::Listener::Listener(EventFeed& feed, base::AccountId account, Scope scope)
    : feed_(feed), account_(account), scope_(scope), arrived_(feed.needs_.shard) {
  feed_.listeners_.insert(this);
}

EventFeed::Listener::~Listener() { feed_.listeners_.erase(this); }

bool EventFeed::Listener::hears(base::AccountId account) const {
  return account == account_ || (!account && scope_ == Scope::account_and_gateway);
}

void EventFeed::Listener::add(const Event& event, std::int64_t sequence) {
  std::string text = sse(event.kind, json_text(event), sequence);
  // The same news twice, such as two changes of the queue, is one piece of news.
  if (!waiting_.empty() && waiting_.back() == text) return;
  if (waiting_.size() >= most_waiting) {
    too_slow_ = true;
  } else {
    waiting_.push_back(std::move(text));
  }
  arrived_.notify();
}

std::string EventFeed::Listener::take() {
  std::string text;
  for (const std::string& one : waiting_) text += one;
  waiting_.clear();
  const base::Steady now = feed_.needs_.shard.now();
  if (!jobs_.empty() && now >= jobs_next_) {
    for (const std::string& id : std::exchange(jobs_, {})) {
      const Job* job = feed_.needs_.job(account_, id);
      if (job != nullptr) text += sse("job", json_text(progress_of(*job)), 0);
    }
    jobs_next_ = now + job_interval;
  }
  return text;
}

net::Task<base::Result<std::string>> EventFeed::Listener::next(base::Deadline deadline) {
  for (;;) {
    if (too_slow_) {
      co_return base::fail("slow-client", "The client does not read its events fast enough.");
    }
    std::string text = take();
    if (!text.empty()) co_return text;
    if (deadline.passed(feed_.needs_.shard.now())) co_return std::string(": still here\n\n");
    arrived_.reset();
    base::Deadline until = jobs_.empty() ? deadline : deadline.no_later_than(jobs_next_);
    auto woken = co_await arrived_.wait(until);
    if (!woken && woken.error().code == "cancelled") co_return std::unexpected(woken.error());
  }
}

}  // namespace postern::api
