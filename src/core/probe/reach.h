// Which addresses a look may connect to. A look that a person starts over the network goes where a
// name leads that anybody may set: without a limit it would be a way into the gateway's own
// network. The command line is not limited, as who runs it may connect for himself.
//
// Limited: addresses of the world. Private, link-local, loopback, multicast and other special ones
// (also those that embed one, as NAT64 does) are refused, unless the configuration allows their
// range. For an internal server route the private ones among the account's internal senders'
// ranges are allowed, too: there the account's servers are known to be. Ports are the plan's.
#pragma once

#include <optional>
#include <vector>

#include "core/policy/policy_book.h"
#include "core/queue/envelope.h"
#include "core/route/route_plan.h"

namespace postern::probe {

struct Reach {
  enum class Limits { none, world };
  Limits limits = Limits::none;
  std::vector<base::IpRange> allowed;
};

// Reason "address-not-allowed" for an address of this host that must not be connected to.
[[nodiscard]] std::optional<queue::Status> refusal(const Reach& reach, const route::HostPlan& host,
                                                   const base::IpAddress& address,
                                                   const policy::PolicyBook& book,
                                                   base::AccountId account);

}  // namespace postern::probe
