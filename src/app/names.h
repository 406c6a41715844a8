// The names that the gateway goes by.
#pragma once

#include <string>
#include <vector>

#include "app/settings.h"
#include "core/dns/domain.h"

namespace postern::app {

// The configured host name, else the system's fully qualified one.
[[nodiscard]] std::string hostname(const Settings& settings);
// The host name and the other names.
[[nodiscard]] std::vector<dns::Domain> gateway_names(const Settings& settings);
// Of the certificate that [acme] gets for the gateway itself; empty: it gets none.
[[nodiscard]] std::vector<dns::Domain> acme_names(const Settings& settings);

}  // namespace postern::app
