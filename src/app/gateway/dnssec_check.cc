#include "app/gateway/dnssec_check.h"

#include "service/posture/dnssec.h"

namespace postern::app {

namespace {

constexpr std::chrono::milliseconds kPatience = std::chrono::seconds(20);
constexpr std::chrono::milliseconds kEvery = std::chrono::hours(1);

}  // namespace

net::Task<void> watch_dnssec(net::TaskGroup& group, resolver::Lookups& lookups,
                             observe::EventSink& events) {
  std::string known;
  for (;;) {
    base::Deadline patience = group.within(kPatience);
    std::string problem = co_await posture::dnssec_problem(lookups, patience);
    if (group.cancellation().requested()) co_return;
    if (problem != known && !problem.empty()) {
      events.emit(observe::Event::dnssec_not_validated, {{"reason", problem}});
    } else if (problem != known) {
      events.emit(observe::Event::dnssec_validated, {});
    }
    known = std::move(problem);
    base::Deadline next = group.within(kEvery);
    auto slept = co_await group.shard().sleep(next);
    if (!slept) co_return;
  }
}

}  // namespace postern::app
