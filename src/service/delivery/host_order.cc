#include "service/delivery/host_order.h"

#include <numeric>
#include <utility>

namespace postern::delivery {

std::vector<std::size_t> order_of_hosts(const route::RoutePlan& plan, Chance& chance) {
  std::vector<std::size_t> order(plan.hosts.size());
  std::iota(order.begin(), order.end(), 0);
  std::size_t first = 0;
  while (first < order.size()) {
    std::size_t end = first + 1;
    while (end < order.size() && plan.hosts[end].preference == plan.hosts[first].preference) ++end;
    for (std::size_t i = end - 1; i > first; --i) {
      std::swap(order[i], order[first + chance.below(i - first + 1)]);
    }
    first = end;
  }
  return order;
}

}  // namespace postern::delivery
