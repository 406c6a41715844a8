// A live look at what an internal domain publishes about TLS, beside what it should: all lookups of
// core/posture, and a fetch of the MTA-STS policy as any sender makes it. Command line and API
// share it.
#pragma once

#include "core/posture/posture.h"
#include "service/mtasts/fetch.h"

namespace postern::posture {

// The id of a policy text in the domain's record (RFC 8461 3.1): changes whenever the text does.
[[nodiscard]] std::string sts_id(const mtasts::Policy& policy);

struct Subject {
  policy::InternalDomain domain;
  Gateway gateway;
};

// Never fails: what could not be looked up says so. `fetch` has the shard and the lookups.
[[nodiscard]] net::Task<Posture> look(mtasts::FetchNeeds fetch, Subject subject,
                                      base::Deadline deadline);

}  // namespace postern::posture
