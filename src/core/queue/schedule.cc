#include "core/queue/schedule.h"

#include <algorithm>

namespace postern::queue {
namespace {

base::Duration wait_after(const Schedule& schedule, int earlier_attempts, double chance) {
  static constexpr base::Duration kWithoutWaits = std::chrono::minutes(30);
  base::Duration wait = kWithoutWaits;
  if (!schedule.waits.empty()) {
    const auto last = schedule.waits.size() - 1;
    const auto nth = static_cast<std::size_t>(std::max(earlier_attempts, 0));
    wait = schedule.waits[std::min(nth, last)];
  }
  // From -jitter to +jitter: what failed together must not come back together.
  const double spread = schedule.jitter_percent / 100.0 * (2 * chance - 1);
  return wait +
         base::Duration(static_cast<std::int64_t>(static_cast<double>(wait.count()) * spread));
}

// The first attempts of the schedule, as far as they fit into the time that a message has.
int owed_attempts(const Schedule& schedule, base::Duration limit) {
  static constexpr int kMost = 4;
  base::Duration waited{};
  int attempts = 1;
  while (attempts < kMost) {
    waited += wait_after(schedule, attempts - 1, 1.0);
    if (waited >= limit) break;
    ++attempts;
  }
  return attempts;
}

}  // namespace

base::Duration longest_wait(const Schedule& schedule) {
  base::Duration longest = wait_after(schedule, 0, 1.0);
  for (std::size_t i = 1; i < schedule.waits.size(); ++i) {
    longest = std::max(longest, wait_after(schedule, static_cast<int>(i), 1.0));
  }
  return longest;
}

Schedule default_schedule() {
  using std::chrono::hours;
  using std::chrono::minutes;
  Schedule schedule;
  schedule.waits = {minutes(1), minutes(5), minutes(15), minutes(30), hours(1), hours(2), hours(4)};
  return schedule;
}

Plan next(const Delivery& delivery, const Schedule& schedule,
          std::optional<base::Duration> time_limit, base::Instant now, double chance) {
  const base::Duration limit = std::min(schedule.lifetime, time_limit.value_or(schedule.lifetime));
  const base::Instant end = delivery.accepted + limit;
  const bool was_tried = delivery.attempts + 1 >= owed_attempts(schedule, limit);
  if (now >= end && was_tried) return {.next = Next::bounce, .due = now};

  Plan plan;
  plan.due = now + wait_after(schedule, delivery.attempts, chance);
  // The last attempt is made at the very end, so that the bounce is neither early nor late.
  if (now < end) plan.due = std::min(plan.due, end);
  const bool owes_notice =
      !delivery.delay_notified && schedule.delay_notice > base::Duration::zero();
  if (!owes_notice) return plan;
  const base::Instant notice_at = delivery.accepted + schedule.delay_notice;
  if (now >= notice_at) {
    plan.send_delay_notice = true;
  } else {
    plan.due = std::min(plan.due, notice_at);  // a fresh attempt first: the notice tells the truth
  }
  return plan;
}

}  // namespace postern::queue
