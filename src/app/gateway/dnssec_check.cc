#include "app/gateway/dnssec_check.h"

#include <fmt/format.h>

namespace postern::app {

namespace {

constexpr std::chrono::milliseconds kPatience = std::chrono::seconds(20);
constexpr std::chrono::milliseconds kEvery = std::chrono::hours(1);

// Below the root directly, so that nobody else's zone is part of the proof.
constexpr std::string_view kNoSuchName = "postern-dnssec-self-test";

std::string problem_of(const dns::AddressAnswer& answer) {
  if (answer.absent() && answer.secure()) return {};
  if (answer.code == "dnssec-bogus") {
    return "DNSSEC signatures do not come through the resolver: it, or something on the way to it, "
           "strips them, or the trust anchor is not that of this DNS. Name a resolver that passes "
           "them on ([resolver] forwarders), or ask the name servers directly (iterate). " +
           answer.why;
  }
  if (answer.outcome == dns::Outcome::failed) {
    return "Whether DNSSEC validation works could not be tried: " + answer.why;
  }
  return "DNSSEC is not validated: there is no trust anchor. Install dns-root-data, or name a file "
         "([resolver] trust_anchor).";
}

}  // namespace

net::Task<std::string> dnssec_problem(resolver::Lookups& lookups, base::Deadline deadline) {
  const dns::Domain name = dns::Domain::from_ascii(kNoSuchName).value_or(dns::Domain());
  const dns::AddressAnswer answer = co_await lookups.a(name, deadline);
  co_return problem_of(answer);
}

net::Task<void> watch_dnssec(net::TaskGroup& group, resolver::Lookups& lookups,
                             observe::EventSink& events) {
  std::string known;
  for (;;) {
    base::Deadline patience = group.within(kPatience);
    std::string problem = co_await dnssec_problem(lookups, patience);
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
