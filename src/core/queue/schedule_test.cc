#include "core/queue/schedule.h"

#include <gtest/gtest.h>

namespace postern::queue {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr base::Instant kAccepted = base::Instant(hours(24 * 365 * 56));
constexpr double kMiddle = 0.5;  // no jitter

Delivery delivery_after(int attempts) {
  Delivery delivery;
  delivery.accepted = kAccepted;
  delivery.attempts = attempts;
  return delivery;
}

Plan plan_after(base::Duration age, int attempts, double chance = kMiddle) {
  return next(delivery_after(attempts), default_schedule(), std::nullopt, kAccepted + age, chance);
}

TEST(RetrySchedule, WaitsLongerAfterEachFailure) {
  EXPECT_EQ(plan_after(seconds(1), 0).due, kAccepted + seconds(1) + minutes(1));
  EXPECT_EQ(plan_after(minutes(2), 1).due, kAccepted + minutes(2) + minutes(5));
  EXPECT_EQ(plan_after(minutes(7), 2).due, kAccepted + minutes(7) + minutes(15));
}

TEST(RetrySchedule, RepeatsItsLastWait) {
  Delivery delivery = delivery_after(6);
  delivery.delay_notified = true;
  for (const int attempts : {6, 7, 500}) {
    delivery.attempts = attempts;
    const Plan plan =
        next(delivery, default_schedule(), std::nullopt, kAccepted + hours(10), kMiddle);
    EXPECT_EQ(plan.due, kAccepted + hours(14)) << attempts;
  }
}

TEST(RetrySchedule, SpreadsEachWaitByItsJitterBothWays) {
  const auto wait = [](double chance) { return plan_after(seconds(0), 0, chance).due - kAccepted; };
  EXPECT_EQ(wait(0.0), seconds(54));
  EXPECT_EQ(wait(0.25), seconds(57));
  EXPECT_EQ(wait(0.5), seconds(60));
  EXPECT_LT(wait(0.999999), seconds(66));
  EXPECT_GT(wait(0.999999), seconds(65));
}

TEST(RetrySchedule, WithoutWaitsStillWaits) {
  Schedule schedule = default_schedule();
  schedule.waits.clear();
  const Plan plan = next(delivery_after(0), schedule, std::nullopt, kAccepted, kMiddle);
  EXPECT_EQ(plan.due, kAccepted + minutes(30));
}

TEST(DelayNotice, IsOwedOnceTheMessageHasWaitedThatLong) {
  EXPECT_FALSE(plan_after(minutes(59), 3).send_delay_notice);
  EXPECT_TRUE(plan_after(minutes(60), 3).send_delay_notice);
  EXPECT_TRUE(plan_after(hours(30), 3).send_delay_notice);
}

TEST(DelayNotice, IsSentOnlyOnce) {
  Delivery delivery = delivery_after(5);
  delivery.delay_notified = true;
  EXPECT_FALSE(next(delivery, default_schedule(), std::nullopt, kAccepted + hours(3), kMiddle)
                   .send_delay_notice);
}

TEST(DelayNotice, IsNotSentWithABounce) {
  EXPECT_FALSE(plan_after(hours(24 * 5), 40).send_delay_notice);
}

TEST(DelayNotice, BringsAnAttemptForwardToItsMoment) {
  EXPECT_EQ(plan_after(minutes(51), 4).due, kAccepted + hours(1));
}

TEST(DelayNotice, OfZeroIsNeverSentAndBringsNothingForward) {
  Schedule schedule = default_schedule();
  schedule.delay_notice = base::Duration::zero();
  const Plan plan =
      next(delivery_after(4), schedule, std::nullopt, kAccepted + minutes(51), kMiddle);
  EXPECT_FALSE(plan.send_delay_notice);
  EXPECT_EQ(plan.due, kAccepted + minutes(51) + hours(1));
}

TEST(Lifetime, EndsInABounceAndNotBefore) {
  EXPECT_EQ(plan_after(hours(24 * 5) - seconds(1), 40).next, Next::retry);
  EXPECT_EQ(plan_after(hours(24 * 5), 40).next, Next::bounce);
}

TEST(Lifetime, MakesItsLastAttemptAtItsEnd) {
  EXPECT_EQ(plan_after(hours(24 * 5) - minutes(7), 40).due, kAccepted + hours(24 * 5));
}

TEST(Lifetime, IsNotOverBeforeTheFirstAttemptsAreMadeWhateverTheClockSays) {
  const auto year = hours(24 * 365);
  for (const int attempts : {0, 1, 2}) {
    const Plan plan = plan_after(year, attempts);
    EXPECT_EQ(plan.next, Next::retry) << attempts;
    EXPECT_EQ(plan.due, kAccepted + year + default_schedule().waits[attempts]) << attempts;
  }
  EXPECT_EQ(plan_after(year, 3).next, Next::bounce);
}

TEST(Lifetime, OwesNoMoreAttemptsThanFitIntoIt) {
  Schedule schedule = default_schedule();
  schedule.waits = {minutes(30)};
  schedule.lifetime = hours(1);
  const auto after = [&](int attempts) {
    return next(delivery_after(attempts), schedule, std::nullopt, kAccepted + hours(6), kMiddle)
        .next;
  };
  EXPECT_EQ(after(0), Next::retry);
  EXPECT_EQ(after(1), Next::bounce);
}

TEST(RetrySchedule, KnowsItsLongestWait) {
  EXPECT_EQ(longest_wait(default_schedule()), hours(4) + minutes(24));
}

TEST(PolicyTimeLimit, EndsEarlierThanTheLifetime) {
  const auto after = [](base::Duration age) {
    return next(delivery_after(9), default_schedule(), hours(24), kAccepted + age, kMiddle);
  };
  EXPECT_EQ(after(hours(23)).next, Next::retry);
  EXPECT_EQ(after(hours(23)).due, kAccepted + hours(24));
  EXPECT_EQ(after(hours(24)).next, Next::bounce);
}

TEST(PolicyTimeLimit, NeverOutlivesTheLifetime) {
  const Plan plan = next(delivery_after(9), default_schedule(), hours(24 * 30),
                         kAccepted + hours(24 * 5), kMiddle);
  EXPECT_EQ(plan.next, Next::bounce);
}

TEST(PolicyTimeLimit, OfZeroBouncesAtOnce) {
  EXPECT_EQ(
      next(delivery_after(0), default_schedule(), base::Duration::zero(), kAccepted, kMiddle).next,
      Next::bounce);
}

TEST(RetrySchedule, SurvivesAClockThatWentBack) {
  const Plan plan = plan_after(-hours(2), 0);
  EXPECT_EQ(plan.next, Next::retry);
  EXPECT_EQ(plan.due, kAccepted - hours(2) + minutes(1));
  EXPECT_FALSE(plan.send_delay_notice);
}

}  // namespace
}  // namespace postern::queue
