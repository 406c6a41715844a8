// Counts the sessions of one shard for the day's TLS reports (RFC 8460 4), and puts the counts away
// twice a minute and at the end. What a crash loses is at most the counts of half a minute: a
// report is statistics, evidence is elsewhere.
#pragma once

#include <map>

#include "io/net/event.h"
#include "io/net/task.h"
#include "io/observe/event.h"
#include "service/delivery/own_mail.h"
#include "service/tlsrpt/shelf.h"

namespace postern::tlsrpt {

class SessionCounter final : public delivery::SessionWatch {
 public:
  struct Needs {
    net::Shard& shard;
    Shelf& shelf;
    observe::EventSink& events;
  };
  explicit SessionCounter(Needs needs);

  void session(const route::RoutePlan& plan, const route::HostPlan& host,
               const tls::Observation& seen, const base::IpAddress& from) override;

  // Puts away what is counted, now.
  [[nodiscard]] net::Task<void> put_away();
  // The same, and nothing is counted any more.
  [[nodiscard]] net::Task<void> stop();

 private:
  net::Task<void> put_away_later();

  Needs needs_;
  net::TaskGroup group_;
  std::map<std::chrono::sys_days, Tally> counted_;
  bool waiting_ = false;  // put_away_later() is under way
  bool stopped_ = false;
};

}  // namespace postern::tlsrpt
