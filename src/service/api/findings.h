// What a look found, as the API shows it, and back again: a draft keeps findings in the API's words
// (docs: io/records/drafts.h). What is not shown is not kept, and no rule of the draft asks for it.
#pragma once

#include "core/onboarding/draft.h"
#include "core/probe/findings.h"
#include "service/api/probe_types.h"
#include "service/prober/prober.h"

namespace postern::api {

[[nodiscard]] Reason shown(const tls::Reason& reason);
[[nodiscard]] HostFinding shown(const probe::HostFinding& finding);
[[nodiscard]] DomainFinding shown(const probe::DomainFinding& finding);
[[nodiscard]] RouteProof shown(const onboarding::RouteProof& proof);

// `tested` is the route as it was when the test began.
[[nodiscard]] onboarding::RouteProof proof_of(const prober::RouteTest& test,
                                              const policy::InternalRoute& tested,
                                              base::Instant now);

[[nodiscard]] probe::HostFinding understood(const HostFinding& finding);
[[nodiscard]] probe::DomainFinding understood(const DomainFinding& finding);
[[nodiscard]] onboarding::RouteProof understood(const RouteProof& proof, std::string tested);

}  // namespace postern::api
