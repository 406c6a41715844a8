// What has changed, told to everyone who listens: whoever made the change, by command line, API or
// another node.
//
//   change  the configuration, with who changed what: read from the audit log when a new book has
//           come into force, so a page that asks again sees the change
//   draft   an account's TLS policy draft (told by its group)
//   queue   an account's queue, at most once a second
//   job     how far a job is (told by its group), the latest state, at most ten times a second
//
// Each listener hears of one account and nothing else; administrators of every account also hear
// what concerns the gateway as a whole. Many changes at once, as an import makes, are told in one
// event by author and action. Who does not listen fast enough is dropped, and comes back with the
// number of the last event it has seen.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "io/net/event.h"
#include "io/spool/spool.h"
#include "service/api/changes.h"
#include "service/api/desk.h"
#include "service/api/mail_types.h"
#include "service/api/probe_types.h"

namespace postern::api {

class EventFeed {
 public:
  struct Needs {
    net::Shard& shard;
    Desk& reads;
    Changes& changes;
    const service::BookSource& book;
    spool::Spool& spool;
    // A job as it is now: told when a listener takes it, as it may be long.
    std::function<const Job*(base::AccountId, const std::string& id)> job;
  };
  explicit EventFeed(Needs needs);
  ~EventFeed();

  // Tells what changes from now on.
  void start();
  [[nodiscard]] net::Task<void> stop();

  void tell_draft(base::AccountId account, const std::string& actor);
  void tell_job(base::AccountId account, const std::string& id);

  enum class Scope { account, account_and_gateway };
  class Listener;
  [[nodiscard]] std::unique_ptr<Listener> listen(base::AccountId account, Scope scope);
  // What was told since the event with this number, as far as the audit log knows.
  [[nodiscard]] net::Task<void> catch_up(Listener& listener, std::int64_t seen);

 private:
  struct News;
  [[nodiscard]] net::Task<void> watch_changes();
  [[nodiscard]] net::Task<void> watch_queue();
  [[nodiscard]] net::Task<bool> tell_changes();
  [[nodiscard]] net::Task<base::Result<News>> news_after(std::int64_t sequence);
  [[nodiscard]] Event event_of(const records::AuditEntry& entry) const;
  void tell(base::AccountId account, const Event& event);
  void tell_entries(const std::vector<records::AuditEntry>& entries);

  Needs needs_;
  net::TaskGroup group_;
  std::set<Listener*> listeners_;
  std::int64_t last_ = 0;  // of the audit log, that was told
  std::map<base::AccountId, std::int64_t> queue_changes_;
};

// One who listens; must not outlive the feed.
class EventFeed::Listener {
 public:
  Listener(EventFeed& feed, base::AccountId account, Scope scope);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // The next events as text/event-stream; a comment when the deadline comes first. Failures:
  // "slow-client", "cancelled".
  [[nodiscard]] net::Task<base::Result<std::string>> next(base::Deadline deadline);

 private:
  friend class EventFeed;
  [[nodiscard]] bool hears(base::AccountId account) const;
  // `sequence` 0: the event has no number.
  void add(const Event& event, std::int64_t sequence);
  [[nodiscard]] std::string take();

  EventFeed& feed_;
  base::AccountId account_;
  Scope scope_;
  net::Event arrived_;
  std::deque<std::string> waiting_;
  std::set<std::string> jobs_;  // that went on since they were told
  base::Steady jobs_next_;
  bool too_slow_ = false;
};

}  // namespace postern::api
