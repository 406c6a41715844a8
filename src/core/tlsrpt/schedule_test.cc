#include "core/tlsrpt/schedule.h"

#include <gtest/gtest.h>

#include <set>

namespace postern::tlsrpt {
namespace {

using namespace std::chrono_literals;

const std::chrono::sys_days kDay = std::chrono::year{2026} / 11 / 25;

TEST(Schedule, SendsWithinFourHoursAfterTheDaySpreadByDomain) {
  std::set<base::Instant> times;
  const base::Instant over = kDay + std::chrono::days(1);
  for (int i = 0; i < 200; ++i) {
    const auto domain = dns::Domain::parse("d" + std::to_string(i) + ".example").value();
    const base::Instant at = send_at(kDay, domain);
    EXPECT_GE(at, over);
    EXPECT_LT(at, over + 4h);
    EXPECT_EQ(at, send_at(kDay, domain));
    times.insert(at);
  }
  EXPECT_GT(times.size(), 190U);
  EXPECT_LT(*times.begin(), over + 30min);
  EXPECT_GT(*times.rbegin(), over + 3h + 30min);
}

TEST(Schedule, TriesForADayWithLongerAndLongerWaits) {
  base::Duration sum{0};
  base::Duration last{0};
  int attempts = 1;
  for (; wait_after(attempts); ++attempts) {
    EXPECT_GE(*wait_after(attempts), last);
    last = *wait_after(attempts);
    sum += last;
  }
  EXPECT_GE(sum, 23h);
  EXPECT_LE(sum, 25h);
  EXPECT_EQ(attempts, 10);
}

}  // namespace
}  // namespace postern::tlsrpt
