#include "service/onboarding/dns_looks.h"

#include "core/onboarding/mx_check.h"

namespace postern::onboarding {

net::Task<ProofVerdict> look_for_proof(resolver::Lookups& lookups, policy::InternalDomain domain,
                                       dns::Domain gateway, base::Deadline deadline) {
  const dns::Domain name = proof_name(domain.domain);
  const dns::TxtAnswer txt = co_await lookups.txt(name, deadline);
  const dns::NameAnswer cname = co_await lookups.cname(name, deadline);
  co_return judge_proof(domain, gateway, txt, cname);
}

net::Task<PublishedVerdict> look_at_mx(resolver::Lookups& lookups, dns::Domain domain,
                                       GatewayNames gateway, base::Deadline deadline) {
  std::vector<dns::Domain> names = gateway.others;
  names.insert(names.begin(), gateway.hostname);
  const dns::MxAnswer answer = co_await lookups.mx(domain, deadline);
  co_return judge_mx(domain, names, answer);
}

}  // namespace postern::onboarding
