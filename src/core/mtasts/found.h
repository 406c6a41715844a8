// What is known of a domain's MTA-STS policy: the answer to RouteLookup's question, and what it
// asks of a host, in demands (RFC 8461).
//
// `enforce`: the host must be one that the policy lists, and prove itself by PKIX with its own
// name (4.1, 4.2). `testing`: the same, evaluated and reported, never in the way (5). Where the
// host has usable TLSA records, DANE decides authentication: the list still holds, the certificate
// is DANE's matter (2).
#pragma once

#include <string>

#include "core/base/time.h"
#include "core/dns/domain.h"
#include "core/mtasts/policy.h"
#include "core/tls/requirement.h"

namespace postern::mtasts {

struct Found {
  enum class State {
    none,        // no policy, or none that can be had and none kept (3.3): the domain asks nothing
    policy,      // live, or kept and not past its end
    unresolved,  // perhaps published, and not even that could be learnt
  };
  State state = State::unresolved;
  Policy policy{};
  std::string id{};
  base::Instant expires{};
  // What went wrong while looking, though perhaps a kept policy stands in:
  // "sts-policy-fetch-error", "sts-policy-invalid", "sts-webpki-invalid" (RFC 8460 4.3.2),
  // "dns-timeout", ...
  std::string code = "sts-unresolved";
  std::string why = "It was not looked up.";  // one sentence without its end: for the explanation
  bool operator==(const Found&) const = default;

  [[nodiscard]] bool enforced() const {
    return state == State::policy && policy.mode == PolicyMode::enforce;
  }
};

// Does the policy name this host? (4.1)
[[nodiscard]] bool lists(const Policy& policy, const dns::Domain& host);

enum class Authentication { by_pkix, by_dane };
void add_demands(tls::Requirement& requirement, const dns::Domain& policy_domain,
                 const dns::Domain& host, const Found& found, Authentication authentication);

}  // namespace postern::mtasts
