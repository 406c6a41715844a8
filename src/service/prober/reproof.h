// Proves enforced internal routes again and again (docs/tls-policy.md 7): what Finish put in force
// was true on that day; a certificate that ran out since shows here, before mail waits for it.
//
// Each route has its own time, spread over the period by chance, so that many routes are no burst.
// The look is a delivery's up to the proof: the same lookup, connection and judgement, no message
// and no recipient. Every look is recorded as evidence with the outcome "probed"; one that fails is
// an event. The route's mode stays what it is: only an administrator lowers it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/queue/evidence.h"
#include "io/net/event.h"
#include "io/observe/event.h"
#include "service/book/book_source.h"
#include "service/prober/prober.h"

namespace postern::prober {

class Reproof {
 public:
  struct Needs {
    ProberNeeds prober;
    const service::BookSource& book;
    observe::EventSink& events;
    std::string node;
    base::Duration every;
    std::function<net::Task<void>(std::vector<queue::Attempt>)> record;
    std::function<double()> chance;  // from 0 to 1
  };
  explicit Reproof(Needs needs);

  void start();
  // Routes that are new in force get their time now. On the shard's thread.
  void book_changed() { book_changed_.notify(); }
  [[nodiscard]] net::Task<void> stop();

 private:
  using Book = std::shared_ptr<const policy::PolicyBook>;

  net::Task<void> run();
  void keep_times(const policy::PolicyBook& book);
  [[nodiscard]] base::Steady earliest() const;
  net::Task<void> prove_due(Book book);
  net::Task<void> prove(Book book, policy::InternalRoute route);
  net::Task<queue::Attempt> prove_address(route::HostPlan plan, base::AccountId account,
                                          std::string domain, base::IpAddress address);
  void report(const policy::PolicyBook& book, const queue::Attempt& attempt);
  [[nodiscard]] base::Steady after(double periods) const;

  Needs needs_;
  std::map<base::RouteId, base::Steady> due_;
  net::Event book_changed_;
  net::TaskGroup group_;
};

}  // namespace postern::prober
