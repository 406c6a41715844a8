#pragma once

#include <vector>

#include "app/cli/cli.h"
#include "core/tls/requirement.h"

namespace postern::cli {

// Probes a partner and answers the MX names that a strict policy should pin. Failure "not-ready"
// with the reason when strict would not deliver to it.
[[nodiscard]] base::Result<std::vector<tls::HostPattern>> capture_pins(const Context& context,
                                                                       const dns::Domain& domain);

}  // namespace postern::cli
