#include "core/acme/renewal.h"

#include <gtest/gtest.h>

namespace postern::acme {
namespace {

using namespace std::chrono_literals;

const base::Instant kNow = base::Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 26));

TEST(RenewalTest, ComesWhenAThirdOfTheLifeIsLeft) {
  EXPECT_EQ(renew_at(kNow, kNow + std::chrono::days(90)), kNow + std::chrono::days(60));
  EXPECT_EQ(renew_at(kNow, kNow + std::chrono::days(6)), kNow + std::chrono::days(4));
}

TEST(RenewalTest, FailuresWaitLongerUpToHalfADay) {
  EXPECT_EQ(wait_after(0), 0min);
  EXPECT_EQ(wait_after(1), 15min);
  EXPECT_EQ(wait_after(2), 30min);
  EXPECT_EQ(wait_after(6), 8h);
  EXPECT_EQ(wait_after(7), 12h);
  EXPECT_EQ(wait_after(1000), 12h);
}

TEST(PatienceTest, WithoutRecordsAChangeIsFreeAtOnce) {
  Patience patience;
  EXPECT_EQ(patience.note(Look::free, 0s, kNow), Standing::clear);
}

TEST(PatienceTest, ANewRecordMustStandForTwiceItsTtl) {
  Patience patience;
  EXPECT_EQ(patience.note(Look::would_break, 1h, kNow), Standing::held);
  EXPECT_EQ(patience.clear_at(), std::nullopt);
  EXPECT_EQ(patience.note(Look::published, 1h, kNow + 10min), Standing::waiting);
  EXPECT_EQ(patience.clear_at(), kNow + 10min + 2h);
  EXPECT_EQ(patience.note(Look::published, 1h, kNow + 2h), Standing::waiting);
  EXPECT_EQ(patience.note(Look::published, 1h, kNow + 10min + 2h), Standing::clear);
}

TEST(PatienceTest, ARecordThatGoesAwayBeginsTheWaitAnew) {
  Patience patience;
  EXPECT_EQ(patience.note(Look::published, 1h, kNow), Standing::waiting);
  EXPECT_EQ(patience.note(Look::would_break, 1h, kNow + 1h), Standing::held);
  EXPECT_EQ(patience.note(Look::published, 1h, kNow + 90min), Standing::waiting);
  EXPECT_EQ(patience.note(Look::published, 1h, kNow + 2h), Standing::waiting);
  EXPECT_EQ(patience.note(Look::published, 1h, kNow + 90min + 2h), Standing::clear);
}

TEST(PatienceTest, ALookThatFailsNeverClearsAndTakesNothingBack) {
  Patience patience;
  EXPECT_EQ(patience.note(Look::published, 1h, kNow), Standing::waiting);
  EXPECT_EQ(patience.note(Look::unknown, 0s, kNow + 3h), Standing::unknown);
  EXPECT_EQ(patience.note(Look::published, 1h, kNow + 4h), Standing::clear);
}

TEST(PatienceTest, RecordsThatWereWithdrawnStillLiveInCaches) {
  Patience patience;
  EXPECT_EQ(patience.note(Look::would_break, 1h, kNow), Standing::held);
  EXPECT_EQ(patience.note(Look::free, 0s, kNow + 1min), Standing::waiting);
  EXPECT_EQ(patience.note(Look::free, 0s, kNow + 1min + 2h), Standing::clear);
}

TEST(PatienceTest, WhatIsLeftInACacheDoesNotShortenTheWait) {
  Patience patience;
  EXPECT_EQ(patience.note(Look::published, 1h, kNow), Standing::waiting);
  EXPECT_EQ(patience.note(Look::published, 1s, kNow + 1h), Standing::waiting);
  EXPECT_EQ(patience.note(Look::published, 1h, kNow + 2h), Standing::clear);
}

}  // namespace
}  // namespace postern::acme
