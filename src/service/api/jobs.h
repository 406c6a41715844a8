// Long work with progress: looks at domains, and tests of internal routes. A job runs on the shard
// of the API, belongs to its account (others cannot tell that it exists), can be asked for until an
// hour after its end, and tells its progress to who subscribes.
//
// Limits: an account runs a few jobs at once, each job looks at a few things at once, and all jobs
// together at no more than the gateway can well do beside its mail.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/smtp/mailbox.h"
#include "io/net/event.h"
#include "io/net/shard.h"
#include "service/api/hub.h"
#include "service/api/probe_types.h"
#include "service/api/problem.h"
#include "service/api/test_message.h"
#include "service/prober/prober.h"

namespace postern::api {

class Jobs {
 public:
  struct Needs {
    net::Shard& shard;
    prober::ProberNeeds prober;  // each job adds its own observer and cancellation
    TestMessages& messages;
  };
  using Book = std::shared_ptr<const policy::PolicyBook>;

  explicit Jobs(Needs needs);
  ~Jobs();
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  // Problem 429 "too-many-jobs" when the account runs as many as it may.
  [[nodiscard]] Outcome<Job> probe(Book book, base::AccountId account,
                                   const std::vector<dns::Domain>& domains);
  // Every route of the address's domain, of which there is one at least.
  enum class Message { none, send };
  [[nodiscard]] Outcome<Job> test_routes(Book book, base::AccountId account, smtp::Mailbox address,
                                         Message message);

  // Null: the account has no such job (any more). Valid until the shard goes on.
  [[nodiscard]] const Job* find(base::AccountId account, const std::string& id);
  // Its running items end at once; what was found stays.
  bool cancel(base::AccountId account, const std::string& id);

  // Told at every step of every job.
  [[nodiscard]] const Hub<base::AccountId, Job>& progress() const { return progress_; }
  [[nodiscard]] Hub<base::AccountId, Job>& progress() { return progress_; }

  // Cancels everything and waits for it.
  [[nodiscard]] net::Task<void> stop();

 private:
  struct Entry;
  class DomainObserver;
  class RouteObserver;

  Outcome<Entry*> begin(base::AccountId account, std::string kind);
  net::Task<void> run_probe(Entry& job, Book book, std::vector<dns::Domain> domains);
  net::Task<void> probe_in_turn(Entry& job, Book book, const std::vector<dns::Domain>& domains,
                                std::size_t& next);
  net::Task<void> probe_one(Entry& job, Book book, dns::Domain domain, JobItem& item);
  net::Task<void> run_route_test(Entry& job, Book book, smtp::Mailbox address, Message message);
  net::Task<void> send_message(Entry& job, smtp::Mailbox address, JobItem& item);
  prober::ProberNeeds prober_for(Entry& job, prober::Observer& observer);
  void changed(const Entry& job);
  void item_done(Entry& job, JobItem& item);
  void ended(Entry& job);
  void forget_old();

  Needs needs_;
  Hub<base::AccountId, Job> progress_;
  net::Semaphore looks_;
  std::map<std::string, std::unique_ptr<Entry>> jobs_;
  net::TaskGroup running_;
};

// A job for those who only follow it: what became of each item, without what every host showed,
// which the job itself holds.
[[nodiscard]] Job progress_of(const Job& job);

}  // namespace postern::api
