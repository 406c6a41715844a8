// Live looks at what an organisation publishes: the proof of a domain, its MX, its SPF. Command
// line and API share them; core/onboarding judges.
#pragma once

#include <vector>

#include "core/onboarding/domain_proof.h"
#include "io/resolver/resolver.h"

namespace postern::onboarding {

// How the world knows this gateway.
struct GatewayNames {
  dns::Domain hostname;                     // what MX records name
  std::vector<dns::Domain> others;          // further names that mean it
  std::vector<base::IpAddress> sends_from;  // configured source addresses, if any
};

[[nodiscard]] net::Task<ProofVerdict> look_for_proof(resolver::Lookups& lookups,
                                                     policy::InternalDomain domain,
                                                     dns::Domain gateway, base::Deadline deadline);

[[nodiscard]] net::Task<PublishedVerdict> look_at_mx(resolver::Lookups& lookups, dns::Domain domain,
                                                     GatewayNames gateway, base::Deadline deadline);

// Does the domain's SPF record let this gateway's addresses send? They are the configured source
// addresses, and those of its host name.
[[nodiscard]] net::Task<PublishedVerdict> look_at_spf(resolver::Lookups& lookups,
                                                      dns::Domain domain, GatewayNames gateway,
                                                      base::Deadline deadline);

}  // namespace postern::onboarding
