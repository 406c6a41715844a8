// Does DNSSEC validation work on the way to our resolver? A question of which the signed root
// itself must prove the answer ("no such name") tells: at start, then every hour, and each time it
// changed the event says what stands in the way. Without validation DANE is blind, and strict
// policies need pinned MX names.
#pragma once

#include <string>

#include "io/observe/event.h"
#include "io/resolver/resolver.h"

namespace postern::app {

// Empty: validation works. Else one sentence for the operator.
[[nodiscard]] net::Task<std::string> dnssec_problem(resolver::Lookups& lookups,
                                                    base::Deadline deadline);

// Until the group is cancelled.
[[nodiscard]] net::Task<void> watch_dnssec(net::TaskGroup& group, resolver::Lookups& lookups,
                                           observe::EventSink& events);

}  // namespace postern::app
