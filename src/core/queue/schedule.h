// When to try again, when to tell the sender of a delay, when to give up (RFC 5321 4.5.4.1). Pure:
// time and chance are arguments.
#pragma once

#include <optional>
#include <vector>

#include "core/base/time.h"
#include "core/queue/envelope.h"

namespace postern::queue {

struct Schedule {
  // Waits after the 1st, 2nd, ... failed attempt; the last one repeats.
  std::vector<base::Duration> waits;
  int jitter_percent = 10;  // each wait is spread by this much
  // One notice, when a message waits this long; zero: none is sent.
  base::Duration delay_notice = std::chrono::hours(1);
  base::Duration lifetime = std::chrono::hours(24 * 5);  // then it bounces
  bool operator==(const Schedule&) const = default;
};
[[nodiscard]] Schedule default_schedule();
// No delivery is due later than this from its last attempt.
[[nodiscard]] base::Duration longest_wait(const Schedule& schedule);

enum class Next { retry, bounce };
struct Plan {
  Next next = Next::retry;
  base::Instant due;
  bool send_delay_notice = false;
};

// What to do with a delivery after an attempt that failed for now and is not yet counted in
// `delivery.attempts`. `time_limit`: of the policy whose demand was unmet, if that is why
// (tls-semantics.md 5); zero bounces at once. `chance` in [0, 1). No wait goes beyond the end of
// the lifetime or the moment of the delay notice: one more attempt is made there. Nothing is given
// up before the schedule's first attempts are made, four at most: a clock that was set forward, or
// a gateway that was off, costs no message its tries.
[[nodiscard]] Plan next(const Delivery& delivery, const Schedule& schedule,
                        std::optional<base::Duration> time_limit, base::Instant now, double chance);

}  // namespace postern::queue
