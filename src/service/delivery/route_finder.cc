#include "service/delivery/route_finder.h"

#include <numeric>
#include <utility>
#include <vector>

namespace postern::delivery {
namespace {

// A lookup has its own limit; this one bounds a resolver that forgot it.
constexpr std::chrono::milliseconds kLookupLimit = std::chrono::seconds(30);

struct Asking {
  net::Shard& shard;
  resolver::Lookups& lookups;
  route::RouteLookup& lookup;
  base::Deadline deadline;
};

net::Task<void> ask(Asking& asking, route::Question question) {
  const base::Deadline deadline = asking.deadline;
  switch (question.type) {
    case route::RecordType::mx: {
      auto answer = co_await asking.lookups.mx(question.name, deadline);
      asking.lookup.learn(question, std::move(answer));
      co_return;
    }
    case route::RecordType::a: {
      auto answer = co_await asking.lookups.a(question.name, deadline);
      asking.lookup.learn(question, std::move(answer));
      co_return;
    }
    case route::RecordType::aaaa: {
      auto answer = co_await asking.lookups.aaaa(question.name, deadline);
      asking.lookup.learn(question, std::move(answer));
      co_return;
    }
    case route::RecordType::tlsa: {
      auto answer = co_await asking.lookups.tlsa(question.name, deadline);
      asking.lookup.learn(question, std::move(answer));
      co_return;
    }
    case route::RecordType::txt: {
      auto answer = co_await asking.lookups.txt(question.name, deadline);
      asking.lookup.learn(question, std::move(answer));
      co_return;
    }
  }
}

}  // namespace

net::Task<route::RoutePlan> find_route(net::Shard& shard, resolver::Lookups& lookups,
                                       RouteQuery query) {
  route::RouteLookup lookup(*query.book, query.account, query.domain, query.settings,
                            shard.wall_now());
  Asking asking{shard, lookups, lookup, {shard.now() + kLookupLimit, query.cancellation}};
  while (!lookup.done()) {
    net::TaskGroup group(shard);
    const std::vector<route::Question> questions = lookup.open_questions();
    for (const route::Question& question : questions) group.start(ask(asking, question));
    co_await group.join();
  }
  co_return lookup.plan();
}

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
