// One attempt at one delivery, as a state machine without I/O: which host and address next, who is
// still to be served, and in the end what became of every recipient, and for which reason.
//
//   HostWalk walk(plan, recipients, limits);
//   while (auto target = walk.next()) { ...try it...; walk.on_unusable(...) or walk.on_served(...);
//   } walk.results(), walk.unmet()
//
// Rules: hosts in the order of the plan (RFC 5321 5.1); a host that fails, or does not meet its
// requirement, gets nothing, and the next one is tried, so one broken MX never blocks a domain.
// Only who is still open goes on to the next host. A message whose answer was lost is not tried
// elsewhere at once: the peer may have it. When nobody could serve, people get the most telling
// reason: what a server said to the recipient, else the requirement that came closest to being met,
// else the rest.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/base/ip_address.h"
#include "core/queue/recipient_result.h"
#include "core/route/route_plan.h"
#include "core/tls/judge.h"

namespace postern::queue {

class HostWalk {
 public:
  struct Limits {
    int addresses = 12;  // that may be connected to
    int sessions = 3;    // that may answer to the message without settling everybody
  };
  struct Target {
    const route::HostPlan* host = nullptr;
    base::IpAddress address;
  };
  // A host that was left out without connecting: its lookup failed, or it may not be used.
  struct Skipped {
    const route::HostPlan* host = nullptr;
    Status status;
    std::optional<tls::Unmet> unmet;
  };

  // The plan stays the caller's, and stays where it is. `order`: of its hosts, by index, so that
  // equal ones share load; empty: as they stand.
  HostWalk(const route::RoutePlan& plan, std::size_t recipients, Limits limits,
           std::vector<std::size_t> order = {});

  [[nodiscard]] std::optional<Target> next();
  // A host that was tried already, over a connection that was open.
  void leave_out(const route::HostPlan& host) { left_out_.push_back(&host); }
  // The target served nobody.
  void on_unusable(const Status& status, const std::optional<tls::Unmet>& unmet);
  // The target answered for the recipients in `asked` (indices), in that order.
  enum class After { next_host, no_other_host };
  void on_served(std::span<const std::size_t> asked, std::span<const RecipientResult> results,
                 After after);

  // Has any host answered to the message?
  [[nodiscard]] bool reached_a_host() const { return sessions_ > 0; }
  // Recipients that are still to be served, by index.
  [[nodiscard]] std::vector<std::size_t> open() const;
  // When next() has no more: everybody's fate, none pending.
  [[nodiscard]] std::vector<RecipientResult> results() const;
  // The requirement failure that results() speak of, if they do.
  [[nodiscard]] const std::optional<tls::Unmet>& unmet() const { return best_unmet_; }
  // Every host that there is fails the requirement; none is merely out of reach.
  [[nodiscard]] bool only_unmet() const { return best_unmet_ && !other_failure_; }
  [[nodiscard]] const std::vector<Skipped>& skipped() const { return skipped_; }

 private:
  [[nodiscard]] const route::HostPlan& host() const;
  bool enter_host();
  void note(const Status& status, const std::optional<tls::Unmet>& unmet);

  const route::RoutePlan& plan_;
  Limits limits_;
  std::vector<std::size_t> order_;
  std::size_t host_ = 0;
  std::size_t address_ = 0;
  bool entered_ = false;
  bool stopped_ = false;
  int connected_ = 0;
  int sessions_ = 0;
  std::vector<RecipientResult> results_;
  std::vector<bool> answered_;  // a server answered for this one, if only for now
  std::vector<bool> closed_;
  std::vector<Skipped> skipped_;
  std::vector<const route::HostPlan*> left_out_;
  std::optional<tls::Unmet> best_unmet_;
  Status best_status_;
  int best_rank_ = -1;
  bool other_failure_ = false;
};

// A failure of a lookup or a connection as a status for now.
[[nodiscard]] Status status_for_now(const base::Failure& failure, std::string_view host);

}  // namespace postern::queue
