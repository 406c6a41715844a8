// Asks the questions of a RouteLookup, all open ones in parallel, until the plan is there.
// Delivery, probe and route test share it.
#pragma once

#include <memory>

#include "core/route/route_plan.h"
#include "io/resolver/resolver.h"

namespace postern::delivery {

struct RouteWanted {
  std::shared_ptr<const policy::PolicyBook> book;
  base::AccountId account;
  dns::Domain domain;
  route::RouteSettings settings;
};

// Never fails as a task: what went wrong is in the plan.
[[nodiscard]] net::Task<route::RoutePlan> find_route(net::Shard& shard, resolver::Lookups& lookups,
                                                     RouteWanted wanted, base::Deadline deadline);

}  // namespace postern::delivery
