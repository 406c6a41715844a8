#include "service/delivery/conclusion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::delivery {
namespace {

using Fate = queue::RecipientResult::Fate;
using ::testing::HasSubstr;

const base::Instant kAccepted = base::instant(1'795'435'200'000'000);
const auto kHour = std::chrono::hours(1);

// A delivery to two recipients, an hour and a half old; each test changes how it ended.
struct Scene {
  queue::Envelope envelope;
  Job job;
  Ended ended;
  queue::Schedule schedule = queue::default_schedule();
  base::Instant now = kAccepted + std::chrono::minutes(10);
  policy::PolicyBook book{policy::Configuration{}};

  Scene() {
    envelope.account = base::AccountId{1};
    envelope.sender = "me@postern.example";
    envelope.accepted = kAccepted;
    job.delivery.id = base::DeliveryId{5};
    job.delivery.message = base::MessageId{6};
    job.delivery.accepted = kAccepted;
    job.delivery.destination.recipients = {{"ann@example.com", "", 0}, {"bob@example.com", "", 0}};
    ended.results = {result(Fate::delivered, "delivered"), result(Fate::delivered, "delivered")};
    ended.dsn_passed = {true, true};
    ended.evidence.resize(1);
  }
  static queue::RecipientResult result(Fate fate, std::string code) {
    queue::RecipientResult value;
    value.fate = fate;
    value.status.code = std::move(code);
    value.status.enhanced = fate == Fate::failed ? "5.1.1" : "4.7.5";
    value.status.text = "What happened.";
    return value;
  }
  void everybody_is(Fate fate, const std::string& code) {
    ended.results = {result(fate, code), result(fate, code)};
  }
  void policy_is_unmet() {
    everybody_is(Fate::deferred, "certificate-expired");
    tls::Demand demand{{tls::SourceKind::policy, 1, "policy example.com"}, tls::Encrypt{}};
    ended.unmet = tls::Unmet{demand, {"certificate-expired", "It has expired."}};
    ended.only_unmet = true;
  }
  Conclusion conclude() {
    job.envelope = std::make_shared<const queue::Envelope>(envelope);
    return delivery::conclude(job, ended, schedule, now, 0.5);
  }
  Conclusion with_notices() {
    Conclusion conclusion = conclude();
    add_notices(conclusion, job, book, {"gw.postern.example", now, 42, "Subject: x\r\n\r\n"});
    return conclusion;
  }
};

TEST(Conclusion, EndsADeliveryThatAllGot) {
  Scene scene;
  const Conclusion conclusion = scene.with_notices();
  EXPECT_EQ(conclusion.delivered, 2u);
  EXPECT_TRUE(conclusion.settlement.remaining.empty());
  EXPECT_TRUE(conclusion.settlement.notices.empty());
  EXPECT_EQ(conclusion.settlement.evidence.size(), 1u);
}

TEST(Conclusion, OfSeveralAttemptsTheOneThatTheSenderIsToldOfIsEvidenceOfTheBounce) {
  Scene scene;
  scene.policy_is_unmet();
  scene.ended.on_failure = policy::OnFailure::bounce;
  scene.ended.evidence.resize(2);
  scene.ended.evidence[0].reason = "certificate-expired";
  scene.ended.evidence[0].outcome = queue::AttemptOutcome::deferred;
  scene.ended.evidence[1].reason = "starttls-not-supported";
  scene.ended.evidence[1].outcome = queue::AttemptOutcome::deferred;
  const Conclusion conclusion = scene.with_notices();
  EXPECT_EQ(conclusion.settlement.evidence[0].outcome, queue::AttemptOutcome::bounced);
  EXPECT_EQ(conclusion.settlement.evidence[1].outcome, queue::AttemptOutcome::deferred);
}

TEST(Conclusion, TheAttemptThatGaveUpIsEvidenceOfABounce) {
  Scene scene;
  for (auto& result : scene.ended.results)
    result = Scene::result(Fate::failed, "recipient-refused");
  const Conclusion conclusion = scene.with_notices();
  ASSERT_FALSE(conclusion.settlement.evidence.empty());
  EXPECT_EQ(conclusion.settlement.evidence.back().outcome, queue::AttemptOutcome::bounced);
}

TEST(Conclusion, KeepsOnlyWhoIsStillToBeServed) {
  Scene scene;
  scene.ended.results[1] = Scene::result(Fate::deferred, "recipient-refused");
  const Conclusion conclusion = scene.with_notices();
  ASSERT_EQ(conclusion.settlement.remaining.size(), 1u);
  EXPECT_EQ(conclusion.settlement.remaining[0].address, "bob@example.com");
  EXPECT_EQ(conclusion.settlement.last.code, "recipient-refused");
  EXPECT_GT(conclusion.settlement.due, scene.now);
  EXPECT_TRUE(conclusion.settlement.notices.empty());
}

TEST(Conclusion, BouncesWhoFailedForGoodToTheSender) {
  Scene scene;
  scene.ended.results[0] = Scene::result(Fate::failed, "recipient-refused");
  const Conclusion conclusion = scene.with_notices();
  ASSERT_EQ(conclusion.settlement.notices.size(), 1u);
  const auto& notice = conclusion.settlement.notices[0];
  EXPECT_EQ(notice.envelope.sender, "");
  EXPECT_EQ(notice.destinations[0].domain.text(), "postern.example");
  EXPECT_EQ(notice.destinations[0].recipients[0].address, "me@postern.example");
  EXPECT_EQ(notice.destinations[0].recipients[0].notify, queue::notify_never);
  EXPECT_THAT(notice.body, HasSubstr("ann@example.com"));
  EXPECT_THAT(notice.body, ::testing::Not(HasSubstr("bob@example.com")));
}

TEST(Conclusion, NeverBouncesABounce) {
  Scene scene;
  scene.envelope.sender = "";
  scene.everybody_is(Fate::failed, "recipient-refused");
  const Conclusion conclusion = scene.with_notices();
  EXPECT_FALSE(conclusion.needs_original(scene.envelope));
  EXPECT_TRUE(conclusion.settlement.notices.empty());
  EXPECT_EQ(conclusion.failed.size(), 2u);
  EXPECT_TRUE(conclusion.settlement.remaining.empty());
}

TEST(Conclusion, TellsTheSenderOfADelayOnce) {
  Scene scene;
  scene.everybody_is(Fate::deferred, "connection-refused");
  scene.now = kAccepted + kHour + std::chrono::minutes(1);
  const Conclusion first = scene.with_notices();
  ASSERT_EQ(first.settlement.notices.size(), 1u);
  EXPECT_THAT(first.settlement.notices[0].body, HasSubstr("Action: delayed"));
  EXPECT_TRUE(first.settlement.delay_notified);
  scene.job.delivery.delay_notified = true;
  EXPECT_TRUE(scene.with_notices().settlement.notices.empty());
  EXPECT_TRUE(scene.with_notices().settlement.delay_notified);
}

TEST(Conclusion, GivesUpWithTheReasonOfTheLastAttemptWhenTheTimeIsOver) {
  Scene scene;
  scene.policy_is_unmet();
  scene.ended.time_limit = std::chrono::hours(24);
  scene.now = kAccepted + std::chrono::hours(25);
  scene.job.delivery.attempts = 9;
  const Conclusion conclusion = scene.with_notices();
  EXPECT_TRUE(conclusion.settlement.remaining.empty());
  ASSERT_EQ(conclusion.failed.size(), 2u);
  EXPECT_EQ(conclusion.failed[0].status.enhanced, "5.7.5");
  EXPECT_EQ(conclusion.failed[0].status.code, "certificate-expired");
  EXPECT_EQ(conclusion.settlement.notices.size(), 1u);
}

TEST(Conclusion, CountsThePolicysTimeOnlyWhenThePolicyIsWhy) {
  Scene scene;
  scene.everybody_is(Fate::deferred, "connection-refused");
  scene.ended.time_limit = std::chrono::hours(24);
  scene.now = kAccepted + std::chrono::hours(25);
  EXPECT_EQ(scene.conclude().settlement.remaining.size(), 2u);
}

TEST(Conclusion, BouncesAtOnceWhereThePolicySaysSoAndNoHostIsMerelyOutOfReach) {
  Scene scene;
  scene.policy_is_unmet();
  scene.ended.on_failure = policy::OnFailure::bounce;
  EXPECT_TRUE(scene.conclude().settlement.remaining.empty());
  scene.ended.only_unmet = false;
  EXPECT_EQ(scene.conclude().settlement.remaining.size(), 2u);
}

TEST(Conclusion, TellsWhoAskedForSuccessThatTheTrailEndsHere) {
  Scene scene;
  scene.job.delivery.destination.recipients[0].notify = queue::notify_success;
  scene.job.delivery.destination.recipients[1].notify = queue::notify_success;
  scene.ended.dsn_passed = {false, true};
  const Conclusion conclusion = scene.with_notices();
  ASSERT_EQ(conclusion.settlement.notices.size(), 1u);
  EXPECT_THAT(conclusion.settlement.notices[0].body, HasSubstr("Action: relayed"));
  EXPECT_THAT(conclusion.settlement.notices[0].body, ::testing::Not(HasSubstr("bob@")));
}

}  // namespace
}  // namespace postern::delivery
