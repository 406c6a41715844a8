#include "service/posture/dnssec.h"

namespace postern::posture {
namespace {

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

}  // namespace postern::posture
