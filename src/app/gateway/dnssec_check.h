// Watches whether DNSSEC validation works (service/posture/dnssec.h): at start, then every hour;
// each time it changed an event says what stands in the way.
#pragma once

#include "io/net/task.h"
#include "io/observe/event.h"
#include "io/resolver/resolver.h"

namespace postern::app {

// Until the group is cancelled.
[[nodiscard]] net::Task<void> watch_dnssec(net::TaskGroup& group, resolver::Lookups& lookups,
                                           observe::EventSink& events);

}  // namespace postern::app
