// When the report of a day goes out, and how long one that could not be sent is tried again
// (RFC 8460 4.1, 5.5).
#pragma once

#include <optional>

#include "core/base/time.h"
#include "core/dns/domain.h"

namespace postern::tlsrpt {

// Within four hours after the day, spread by the domain's name and the day, so that reports are no
// burst, neither for us nor for those whom everybody reports to.
[[nodiscard]] base::Instant send_at(std::chrono::sys_days day, const dns::Domain& domain);

// How long to wait after so many attempts; nullopt: a day has been tried, which is enough.
[[nodiscard]] std::optional<base::Duration> wait_after(int attempts);

}  // namespace postern::tlsrpt
