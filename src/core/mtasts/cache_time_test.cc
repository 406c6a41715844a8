// When a policy is fetched: how long after a failure, how long before its end, and what that leaves
// an attacker.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "core/mtasts/cache.h"
#include "core/mtasts/testing.h"

namespace postern::mtasts {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using Next = Decision::Next;

// --- back-off ------------------------------------------------------------------------------------

// How long after its last failure an id is left alone.
base::Duration left_alone(int failures) {
  const Kept kept = failing({}, "1", noon(), failures);
  base::Duration wait{0};
  while (at(kept, record("1"), noon() + wait).next != Next::fetch && wait < 24h) wait += 1min;
  EXPECT_EQ(at(kept, record("1"), noon() + wait - 1us).next, Next::use);
  return wait;
}

TEST(StsBackOff, GrowsFromFiveMinutesToAnHour) {
  EXPECT_EQ(left_alone(1), 5min);
  EXPECT_EQ(left_alone(2), 10min);
  EXPECT_EQ(left_alone(3), 20min);
  EXPECT_EQ(left_alone(4), 40min);
  EXPECT_EQ(left_alone(5), 1h);
  EXPECT_EQ(left_alone(6), 1h);
  EXPECT_EQ(left_alone(std::numeric_limits<int>::max()), 1h);
}

TEST(StsBackOff, CountsFailuresOfOneIdInARow) {
  const Kept once = after_fetch("1", silence(), std::nullopt, noon()).kept;
  const Kept twice = after_fetch("1", silence(), once, noon() + 5min).kept;
  EXPECT_EQ(once.failures, 1);
  EXPECT_EQ(twice.failures, 2);
  EXPECT_EQ(twice.failed, noon() + 5min);
  EXPECT_EQ(after_fetch("2", silence(), twice, noon() + 15min).kept.failures, 1);
  EXPECT_EQ(after_fetch("1", kBody, twice, noon() + 15min).kept.failures, 0);
}

TEST(StsBackOff, DoesNotHoldUpAnotherId) {
  EXPECT_EQ(at(never_fetched("1", noon()), record("2"), noon()).next, Next::fetch);
  EXPECT_EQ(at(failing(holding(), "1", noon()), record("2"), noon()).next, Next::fetch);
}

TEST(StsBackOff, EndsWhenTheClockIsSetBack) {
  // Under a clock that ran ahead every certificate had expired.
  const base::Instant ahead = noon() + std::chrono::days(365);
  EXPECT_EQ(at(never_fetched("1", ahead), record("1"), noon()).next, Next::fetch);
  EXPECT_EQ(at(failing(holding(), "2", ahead), record("2"), noon()).next, Next::fetch);
}

// --- refresh -------------------------------------------------------------------------------------

TEST(StsRefresh, ComesBeforeADayHasPassedAndBeforeHalfOfALife) {
  for (const base::Duration life : {base::Duration(10min), base::Duration(24h), base::Duration(48h),
                                    kWeek, base::Duration(std::chrono::seconds(31'557'600))}) {
    Kept kept = holding();
    kept.expires = kept.fetched + life;
    const base::Duration latest = std::min<base::Duration>(24h, life / 2);
    for (int i = 0; i < 200; ++i) {
      const auto due = refresh_due(domain(fmt::format("d{}.example", i)), kept) - kept.fetched;
      EXPECT_GE(due, latest / 2);
      EXPECT_LT(due, latest);
    }
  }
}

TEST(StsRefresh, IsSpreadOverDomainsAndTheSameForOne) {
  std::set<base::Instant> all;
  for (int i = 0; i < 200; ++i) {
    const dns::Domain one = domain(fmt::format("d{}.example", i));
    all.insert(refresh_due(one, holding()));
    EXPECT_EQ(refresh_due(one, holding()), refresh_due(one, holding()));
  }
  EXPECT_GT(all.size(), 25U);
}

TEST(StsRefresh, HappensBesideTheTrafficWhenItIsDue) {
  const base::Instant due = refresh_due(kDomain, holding());
  EXPECT_EQ(at(holding(), record("1"), due - 1us).next, Next::use);
  const Decision decision = at(holding(), record("1"), due);
  EXPECT_EQ(decision.next, Next::refresh);
  EXPECT_EQ(decision.id, "1");
  EXPECT_TRUE(decision.found.enforced());
}

TEST(StsRefresh, WaitsAfterAFailureAndTriesAgain) {
  const base::Instant due = refresh_due(kDomain, holding());
  const Kept kept = after_fetch("1", silence(), holding(), due).kept;
  EXPECT_EQ(at(kept, record("1"), due + 5min - 1us).next, Next::use);
  EXPECT_EQ(at(kept, record("1"), due + 5min).next, Next::refresh);
}

// --- the attacker who blocks every fetch ---------------------------------------------------------

// A message every ten minutes; every record is changed or missing, every fetch fails.
TEST(StsUnderAttack, APolicyHoldsUntilItsEndWhateverIsBlocked) {
  const std::vector<dns::TxtAnswer> answers{record("1"), record("2"),           failed(),
                                            nothing(),   record("3"),           texts({"v=STSv1;"}),
                                            record("4"), failed("dns-servfail")};
  Kept kept = holding();
  std::size_t turn = 0;
  for (base::Instant now = noon(); now < kept.expires; now += 10min) {
    const Decision decision = at(kept, answers[turn++ % answers.size()], now);
    Found found = decision.found;
    if (decision.next != Next::use) {
      Fetched fetched = after_fetch(decision.id, silence(), kept, now);
      kept = std::move(fetched.kept);
      found = std::move(fetched.found);
    }
    ASSERT_TRUE(found.enforced()) << base::rfc3339(now);
    ASSERT_EQ(found.expires, noon() + kWeek);
  }
}

TEST(StsUnderAttack, AChangedIdThatNobodyServesIsFetchedOnceAnHourAtMost) {
  Kept kept = holding();
  int fetches = 0;
  for (base::Instant now = noon(); now < noon() + 24h; now += 1min) {
    const Decision decision = at(kept, record("2"), now);
    if (decision.next == Next::use) continue;
    ++fetches;
    kept = after_fetch(decision.id, silence(), kept, now).kept;
  }
  EXPECT_GE(fetches, 24);
  EXPECT_LE(fetches, 24 + 4);  // the first of them closer together
}

}  // namespace
}  // namespace postern::mtasts
