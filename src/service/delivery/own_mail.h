// What delivery tells others of the gateway: who reads mail that goes no further than here, and who
// counts sessions with the world's mail servers.
#pragma once

#include <string>

#include "core/base/ids.h"
#include "core/dns/domain.h"
#include "core/queue/recipient_result.h"
#include "core/route/route_plan.h"
#include "io/net/shard.h"
#include "io/net/task.h"

namespace postern::delivery {

// A message to the gateway itself (queue::Leg::gateway).
struct OwnMail {
  base::AccountId account;
  dns::Domain domain;  // of the recipient
  base::Instant now;
  std::string text;  // from its start, at most OwnMailbox::longest bytes
};

class OwnMailbox {
 public:
  static constexpr std::size_t longest = 32 << 20;
  virtual ~OwnMailbox() = default;
  // Thread-safe; awaited on `shard`. What became of it: "delivered" when it was taken, "failed"
  // when it is nothing that belongs here, "deferred" when it could not be kept.
  [[nodiscard]] virtual net::Task<queue::RecipientResult> take(net::Shard& shard, OwnMail mail) = 0;
};

// One for each shard.
class SessionWatch {
 public:
  virtual ~SessionWatch() = default;
  // An attempt to come to TLS with a host was made, or was not because a policy forbids the host;
  // then `seen` holds nothing. `from`: our address, "::" if there was no connection.
  virtual void session(const route::RoutePlan& plan, const route::HostPlan& host,
                       const tls::Observation& seen, const base::IpAddress& from) = 0;
};

}  // namespace postern::delivery
