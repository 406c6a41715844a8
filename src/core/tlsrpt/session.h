// What one session with a mail server of the world says to the day's reports (RFC 8460 4).
//
// A session is one attempt to come to TLS with a host, however many messages follow; also one that
// was not even begun because a policy forbids the host. It is held against each policy that the
// domain publishes, DANE and MTA-STS, also in testing, as if that one stood alone: what our own
// account demands, or an exception allows, is no matter of the partner's. Where nothing is
// published, encryption by itself is a success.
//
// A connection that could not be made says nothing about TLS, and is not counted.
#pragma once

#include <vector>

#include "core/route/route_plan.h"
#include "core/tls/observation.h"
#include "core/tlsrpt/tally.h"

namespace postern::tlsrpt {

struct SessionFacts {
  const route::RoutePlan& plan;  // to hosts of the world, by MX
  const route::HostPlan& host;   // one of them
  const tls::Observation& seen;
  base::IpAddress sending_ip{};  // "::" if no connection was made
};

// One row for each policy; none where there was no session.
[[nodiscard]] std::vector<TallyRow> rows_of(const SessionFacts& facts);

}  // namespace postern::tlsrpt
