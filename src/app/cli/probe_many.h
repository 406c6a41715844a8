// Probes a list of domains on all cores: workers, each a thread with a Lookaround of its own
// (shards share nothing), take the next domain from the list until there is none.
//
// A short list gets one worker, the calling thread: a second one has to read the CAs and to ask DNS
// again for what the first has learnt.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

#include "app/cli/lookaround.h"

namespace postern::cli {

struct ProbeMany {
  std::size_t parallel = 50;            // domains at once, in all
  std::chrono::seconds patience{20};    // for a connection, and for each reply
  std::function<void()> one_more = {};  // a domain is done; called from any thread, one at a time
};

// The findings in the order of the domains. Fails as look_around() does.
[[nodiscard]] base::Result<std::vector<probe::DomainFinding>> probe_many(
    const Context& context, const std::vector<dns::Domain>& domains, const ProbeMany& how);

}  // namespace postern::cli
