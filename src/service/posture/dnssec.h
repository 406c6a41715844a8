// Does DNSSEC validation work on the way to our resolver? A question of which the signed root
// itself must prove the answer ("no such name") tells. Without validation DANE is blind, and strict
// policies need pinned MX names.
#pragma once

#include <string>

#include "io/resolver/resolver.h"

namespace postern::posture {

// Empty: validation works. Else one sentence for the operator, with what to do.
[[nodiscard]] net::Task<std::string> dnssec_problem(resolver::Lookups& lookups,
                                                    base::Deadline deadline);

}  // namespace postern::posture
