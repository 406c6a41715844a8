// From a destination to its plan: asks what RouteLookup wants to know, all open questions at once,
// on the shard's resolver. Delivery and the prober find their hosts here.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/policy/policy_book.h"
#include "core/route/route_plan.h"
#include "io/net/shard.h"
#include "io/net/task.h"
#include "io/resolver/resolver.h"

namespace postern::delivery {

struct RouteQuery {
  std::shared_ptr<const policy::PolicyBook> book;
  base::AccountId account;
  dns::Domain domain;
  route::RouteSettings settings;
  base::Cancellation* cancellation = nullptr;
};

// Never fails: what could not be looked up is in the plan, as a reason.
[[nodiscard]] net::Task<route::RoutePlan> find_route(net::Shard& shard, resolver::Lookups& lookups,
                                                     RouteQuery query);

// Hosts of equal preference in an order of chance (RFC 5321 5.1).
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed | 1) {}
  [[nodiscard]] std::uint64_t below(std::uint64_t n) { return next() % n; }
  [[nodiscard]] double fraction() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

 private:
  std::uint64_t next() {  // xorshift64*: spreads load, guards nothing
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545F4914F6CDD1DULL;
  }
  std::uint64_t state_;
};
[[nodiscard]] std::vector<std::size_t> order_of_hosts(const route::RoutePlan& plan, Chance& chance);

}  // namespace postern::delivery
