// Asks the questions of a RouteLookup, all open ones in parallel, until the plan is there.
// Delivery, probe and route test share it.
#pragma once

#include <memory>

#include "core/route/route_plan.h"
#include "io/resolver/resolver.h"
#include "service/mtasts/policies.h"

namespace postern::delivery {

struct RouteWanted {
  std::shared_ptr<const policy::PolicyBook> book;
  base::AccountId account;
  dns::Domain domain;
  route::RouteSettings settings;
};

// Who answers the questions, on this shard.
struct Answerers {
  resolver::Lookups& lookups;
  mtasts::PolicySource* sts = nullptr;  // null: MTA-STS is not asked for (no mail to the world)
};

// Never fails as a task: what went wrong is in the plan.
[[nodiscard]] net::Task<route::RoutePlan> find_route(net::Shard& shard, Answerers answerers,
                                                     RouteWanted wanted, base::Deadline deadline);

}  // namespace postern::delivery
