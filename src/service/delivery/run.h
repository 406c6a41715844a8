// One attempt at one delivery: walks the hosts of its route, over open connections where there are
// any, and says what became of every recipient, with evidence of every host.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/queue/attempt.h"
#include "core/route/route_plan.h"
#include "io/observe/metrics.h"
#include "io/spool/spool.h"
#include "service/delivery/connection_pool.h"
#include "service/delivery/evidence.h"
#include "service/delivery/host_connection.h"
#include "service/delivery/own_mail.h"

namespace postern::delivery {

// A plan with what every message would compute again.
struct PlannedRoute {
  route::RoutePlan plan;
  std::vector<std::string> digests;            // of the hosts' requirements
  std::vector<std::vector<std::string>> keys;  // of the connections, by host and address
  std::shared_ptr<const crypto::TrustStore> trust;
};
[[nodiscard]] std::shared_ptr<const PlannedRoute> planned(
    route::RoutePlan plan, base::AccountId account,
    std::shared_ptr<const crypto::TrustStore> trust);

// Who says that it is in the queue: the commit that put it there, or a look into the queue.
enum class Told { by_commit, by_queue };

// A delivery that this process has claimed, with what is in memory of its message.
struct Job {
  queue::Delivery delivery;
  std::shared_ptr<const queue::Envelope> envelope;  // null: still to be read
  std::shared_ptr<const std::string> body;          // null: to be read when it is needed
  Told told = Told::by_queue;
};

// How an attempt ended.
struct Ended {
  std::vector<queue::RecipientResult> results;  // by recipient
  std::vector<bool> dsn_passed;                 // to a server that will report itself
  std::vector<queue::Attempt> evidence;
  std::optional<tls::Unmet> unmet;    // the requirement failure that the results speak of
  bool only_unmet = false;            // no host was merely out of reach
  bool reached_a_host = false;        // one answered to the message
  std::vector<std::string> moved_mx;  // hosts outside the policy's pins
  policy::OnFailure on_failure = policy::OnFailure::defer;
  std::optional<base::Duration> time_limit;
};

class Run {
 public:
  struct Needs {
    HostNeeds host;
    ConnectionPool& pool;
    spool::Spool& spool;
    observe::Metrics& metrics;
    std::string node;
    queue::HostWalk::Limits limits;
    SessionWatch* sessions = nullptr;  // null: nobody counts
  };
  // The job stays the caller's, and stays where it is.
  Run(Needs needs, const Job& job, std::shared_ptr<const PlannedRoute> route,
      std::vector<std::size_t> order);

  [[nodiscard]] net::Task<Ended> go();
  // The first bytes of the message, for a bounce.
  [[nodiscard]] net::Task<base::Result<std::string>> original(std::size_t limit);

 private:
  [[nodiscard]] net::Task<void> try_open_connection();
  [[nodiscard]] net::Task<void> try_target(queue::HostWalk::Target target);
  enum class Served { yes, stale };
  [[nodiscard]] net::Task<Served> serve(std::unique_ptr<HostConnection> connection,
                                        const route::HostPlan& host);
  [[nodiscard]] net::Task<base::Result<>> load_body();
  void take_result(const smtp::MessageResult& result, std::vector<std::size_t> asked);
  void add_evidence(const route::HostPlan& host, const smtp::ClientDialogue& dialogue,
                    const smtp::MessageResult& result);
  void add_problem(const route::HostPlan& host, const OpenedHost& opened);
  void add_skipped();
  void count(const route::HostPlan& host, const tls::Observation& seen,
             const base::IpAddress& from);
  [[nodiscard]] Ended ended();

  Needs needs_;
  const Job& job_;
  std::shared_ptr<const PlannedRoute> route_;
  queue::HostWalk walk_;
  EvidenceFacts facts_;
  std::optional<MessageBody> body_;
  std::vector<bool> dsn_passed_;
  bool began_ = false;  // a host answered to the message, and then broke off
  std::vector<queue::Attempt> evidence_;
};

}  // namespace postern::delivery
