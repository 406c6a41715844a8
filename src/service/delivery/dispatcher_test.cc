#include "service/delivery/dispatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/spool/testing/watched_spool.h"
#include "service/delivery/testing/partner.h"

namespace postern::delivery {
namespace {

using ::testing::Contains;
using testing::defer_one;
using testing::envelope_from;
using ::testing::HasSubstr;
using testing::kMessage;
using testing::Partner;
using testing::plain;
using testing::policy_for;
using testing::Posture;
using testing::send_one;
using ::testing::StartsWith;
using testing::to;
using testing::World;

net::Task<void> deliver_one(World& world) {
  co_await send_one(world);
  bool done = co_await world.until("delivery-done", 1);
  EXPECT_TRUE(done) << ::testing::PrintToString(world.events.lines);
}

net::Task<void> bounce_one(World& world) {
  co_await send_one(world);
  bool bounced = co_await world.until("delivery-bounced", 1);
  EXPECT_TRUE(bounced) << ::testing::PrintToString(world.events.lines);
}

TEST(Dispatcher, DeliversUnderAStrictPolicyToAProvedHost) {
  Partner world;
  world.has(world.trusted("mx1.example.com"), world.trusted("mx2.example.com"));
  world.strict();
  world.run(deliver_one);
  ASSERT_EQ(world.mx1->arrived.size(), 1u);
  EXPECT_EQ(world.mx1->arrived[0].body, kMessage);
  EXPECT_EQ(world.mx1->arrived[0].sender, "me@postern.example");
  EXPECT_TRUE(world.mx1->arrived[0].encrypted);
  EXPECT_TRUE(world.left.empty());
  const auto outbox = world.spool->outbox(10).value();
  ASSERT_EQ(outbox.size(), 1u);
  EXPECT_EQ(outbox[0].attempt.outcome, queue::AttemptOutcome::delivered);
  EXPECT_EQ(outbox[0].attempt.matched_name, "mx1.example.com");
  EXPECT_EQ(outbox[0].attempt.required, tls::Mode::strict);
  EXPECT_EQ(outbox[0].attempt.method, tls::AuthMethod::pkix);
}

TEST(Dispatcher, GivesAnUnprovedHostNothingAndDeliversThroughTheNext) {
  Partner world;
  world.has(world.self_signed("mx1.example.com"), world.trusted("mx2.example.com"));
  world.strict();
  world.run(deliver_one);
  EXPECT_TRUE(world.mx1->arrived.empty());
  EXPECT_THAT(world.mx1->commands, ::testing::Not(Contains(StartsWith("MAIL"))));
  EXPECT_EQ(world.mx2->arrived.size(), 1u);
  const auto outbox = world.spool->outbox(10).value();
  ASSERT_EQ(outbox.size(), 2u);
  EXPECT_EQ(outbox[0].attempt.reason, "certificate-self-signed");
  EXPECT_FALSE(outbox[0].attempt.met);
}

TEST(Dispatcher, DefersWithTheReasonWhenNoHostIsProved) {
  Partner world;
  world.has(plain(), world.self_signed("mx2.example.com"));
  world.strict();
  world.run(defer_one);
  EXPECT_TRUE(world.mx1->arrived.empty());
  EXPECT_TRUE(world.mx2->arrived.empty());
  EXPECT_EQ(world.waiting().last.code, "certificate-self-signed");
  EXPECT_EQ(world.waiting().last.enhanced, "4.7.5");
  EXPECT_EQ(world.waiting().attempts, 1);
}

TEST(Dispatcher, BouncesAtOnceWhereThePolicySaysSo) {
  Partner world;
  world.has(plain(), plain());
  policy::Policy policy = policy_for("example.com", tls::Mode::relaxed);
  policy.on_failure = policy::OnFailure::bounce;
  world.policy_is(policy);
  world.run(bounce_one);
  EXPECT_THAT(world.events.lines, Contains(HasSubstr("reason=starttls-not-supported")));
  // What is left is the bounce, on its way to a server that is down.
  ASSERT_EQ(world.left.size(), 1u);
  EXPECT_EQ(world.left[0].envelope.sender, "");
  EXPECT_EQ(world.waiting().destination.domain.text(), "postern.example");
}

TEST(Dispatcher, FallsBackToPlaintextWhereNothingForbidsIt) {
  Partner world;
  Posture broken;
  broken.tls = nullptr;  // offers STARTTLS, then hangs up
  world.has(broken, plain());
  world.run(deliver_one);
  ASSERT_EQ(world.mx1->arrived.size(), 1u);
  EXPECT_FALSE(world.mx1->arrived[0].encrypted);
  EXPECT_EQ(world.mx1->connections, 2);
}

TEST(Dispatcher, NeverFallsBackWhereAPolicyDemandsEncryption) {
  Partner world;
  Posture broken;
  broken.tls = nullptr;
  world.has(broken, plain());
  world.policy_is(policy_for("example.com", tls::Mode::relaxed));
  world.run(defer_one);
  EXPECT_TRUE(world.mx1->arrived.empty());
  EXPECT_EQ(world.mx1->connections, 1);
  EXPECT_TRUE(world.mx2->arrived.empty());
}

TEST(Dispatcher, TellsWhatAMonitoredPolicyWouldHaveStopped) {
  Partner world;
  world.has(plain(), plain());
  policy::Policy policy = policy_for("example.com", tls::Mode::relaxed);
  policy.stage = tls::Stage::monitor;
  world.policy_is(policy);
  world.run(deliver_one);
  EXPECT_EQ(world.mx1->arrived.size(), 1u);
  EXPECT_EQ(world.events.count("policy-would-fail"), 1u);
  EXPECT_EQ(world.spool->outbox(10).value()[0].attempt.would_fail, "starttls-not-supported");
}

TEST(Dispatcher, RaisesAnAlertWhenAPartnerMovedOutsideThePins) {
  Partner world;
  world.has(world.trusted("mx1.example.com"), world.trusted("mx2.example.com"));
  policy::Policy policy = policy_for("example.com");
  policy.mx_pins = {tls::HostPattern::parse("*.mail.elsewhere.example").value()};
  world.policy_is(policy);
  world.run(defer_one);
  EXPECT_EQ(world.mx1->connections, 0);
  EXPECT_EQ(world.events.count("mx-moved"), 2u);
  EXPECT_EQ(world.waiting().last.code, "mx-not-pinned");
}

net::Task<void> deliver_many(World& world) {
  co_await deliver_one(world);
  for (int i = 0; i < 20; ++i) {
    co_await send_one(world);
    bool done = co_await world.until("delivery-done", static_cast<std::size_t>(i) + 2);
    EXPECT_TRUE(done);
  }
}

TEST(Dispatcher, CarriesManyMessagesOverOneConnection) {
  Partner world;
  world.has(world.trusted("mx1.example.com"), plain());
  world.strict();
  world.run(deliver_many);
  EXPECT_EQ(world.mx1->arrived.size(), 21u);
  EXPECT_EQ(world.mx1->connections, 1);
  EXPECT_THAT(world.mx1->commands, Contains("QUIT"));
  EXPECT_EQ(world.metrics.value(observe::Metric::connections_reused_total), 20);
}

net::Task<void> deliver_a_burst(World& world) {
  for (int i = 0; i < 200; ++i) co_await send_one(world);
  bool done = co_await world.until("delivery-done", 200);
  EXPECT_TRUE(done);
}

TEST(Dispatcher, OpensNoMoreConnectionsToADestinationThanAreAllowed) {
  Partner world;
  world.settings.connections_per_destination = 3;
  world.has(world.trusted("mx1.example.com"), plain());
  world.run(deliver_a_burst);
  EXPECT_EQ(world.mx1->arrived.size(), 200u);
  EXPECT_LE(world.mx1->connections, 6);  // each is closed after 100 messages
}

net::Task<void> deliver_after_change(World& world) {
  co_await deliver_one(world);
  auto& partner = static_cast<Partner&>(world);
  partner.policy_is(policy_for("example.com", tls::Mode::relaxed));
  co_await send_one(world);
  bool done = co_await world.until("delivery-done", 2);
  EXPECT_TRUE(done);
}

TEST(Dispatcher, UsesNoConnectionAgainThatWasProvedForAnotherRequirement) {
  Partner world;
  world.has(world.trusted("mx1.example.com"), plain());
  world.strict();
  world.run(deliver_after_change);
  EXPECT_EQ(world.mx1->arrived.size(), 2u);
  EXPECT_EQ(world.mx1->connections, 2);
}

net::Task<void> defer_two(World& world) {
  co_await defer_one(world);
  co_await send_one(world);
  bool deferred = co_await world.until("delivery-deferred", 2);
  EXPECT_TRUE(deferred);
}

TEST(Dispatcher, DoesNotKnockAgainForEveryMessageAtAServerThatIsDown) {
  Partner world;
  Posture down;
  down.replies["GREETING"] = "421 4.3.2 going down";
  world.has(down, down);
  world.run(defer_two);
  EXPECT_EQ(world.mx1->connections, 1);
  EXPECT_EQ(world.mx2->connections, 1);
  EXPECT_EQ(world.left.size(), 2u);
  EXPECT_EQ(world.waiting().last.code, "greeting-rejected");
}

net::Task<void> deliver_to_three(World& world) {
  queue::Destination destination = to({"ann@example.com", "gone@example.com", "later@example.com"});
  co_await world.send(envelope_from("me@postern.example"), destination, std::string(kMessage));
  bool deferred = co_await world.until("delivery-bounced", 1);
  EXPECT_TRUE(deferred);
}

TEST(Dispatcher, KeepsKnockingWhenOnlyOneMessageMakesAServerHangUp) {
  Partner world;
  Posture posture = world.trusted("mx1.example.com");
  posture.extensions = "PIPELINING";
  posture.replies["DATA"] = "";
  world.has(posture, posture);
  world.run(defer_two);
  EXPECT_EQ(world.mx1->connections, 2);
}

TEST(Dispatcher, TellsRecipientsApart) {
  Partner world;
  Posture posture = world.trusted("mx1.example.com");
  posture.replies["gone@example.com"] = "550 5.1.1 no such user";
  posture.replies["later@example.com"] = "450 4.2.2 mailbox full";
  world.has(posture, posture);
  world.run(deliver_to_three);
  ASSERT_EQ(world.mx1->arrived.size(), 1u);
  EXPECT_EQ(world.mx1->arrived[0].recipients, std::vector<std::string>{"ann@example.com"});
  EXPECT_EQ(world.events.count("delivery-done"), 1u);
  ASSERT_EQ(world.left.size(), 2u);  // the bounce, and who waits
  EXPECT_EQ(world.waiting().destination.recipients.at(0).address, "later@example.com");
}

TEST(Dispatcher, RecordsThatAHostWhichHungUpProvedNothing) {
  Partner world;
  Posture down;
  down.replies["GREETING"] = "554 5.7.1 go away";
  world.has(down, down);
  world.strict();
  world.run(defer_one);
  const auto outbox = world.spool->outbox(10).value();
  ASSERT_EQ(outbox.size(), 2u);
  EXPECT_FALSE(outbox[0].attempt.met);
  EXPECT_EQ(outbox[0].attempt.reason, "greeting-rejected");
}

net::Task<void> bounce_a_bounce(World& world) {
  queue::Destination destination = to({"gone@example.com"});
  co_await world.send(envelope_from(""), destination, std::string(kMessage));
  bool dropped = co_await world.until("delivery-dropped", 1);
  EXPECT_TRUE(dropped);
}

TEST(Dispatcher, DropsABounceThatCannotBeDelivered) {
  Partner world;
  Posture posture = plain();
  posture.replies["RCPT"] = "550 5.1.1 no such user";
  world.has(posture, posture);
  world.run(bounce_a_bounce);
  EXPECT_TRUE(world.left.empty());
}

net::Task<void> find_in_the_queue(World& world) {
  queue::Destination destination = to({"ann@example.com"});
  std::string body = std::string(200'000, 'x') + "\r\n";
  auto stored = co_await world.store(envelope_from("me@postern.example"), destination, body);
  world.dispatcher->queue_changed();
  bool done = co_await world.until("delivery-done", 1);
  EXPECT_TRUE(done);
}

TEST(Dispatcher, FindsInTheQueueWhatNobodyHandedOverAndStreamsALargeBody) {
  Partner world;
  world.has(world.trusted("mx1.example.com"), plain());
  world.run(find_in_the_queue);
  ASSERT_EQ(world.mx1->arrived.size(), 1u);
  EXPECT_EQ(world.mx1->arrived[0].body.size(), 200'002u);
}

net::Task<void> lose_the_last_answer(World& world) {
  co_await send_one(world);
  bool deferred = co_await world.until("delivery-deferred", 1);
  EXPECT_TRUE(deferred);
}

TEST(Dispatcher, TriesNoOtherHostWithAMessageThatMayHaveArrived) {
  Partner world;
  Posture posture = world.trusted("mx1.example.com");
  posture.replies["BODY"] = "";
  world.has(posture, plain());
  world.run(lose_the_last_answer);
  EXPECT_EQ(world.mx2->connections, 0);
  EXPECT_EQ(world.waiting().last.code, "connection-lost");
}

net::Task<void> close_then_deliver(World& world) {
  co_await deliver_one(world);
  // The server hangs up when it hears the next MAIL, as one that was restarted would.
  static_cast<Partner&>(world).mx1->posture.replies["MAIL"] = "";
  co_await send_one(world);
  bool done = co_await world.until("delivery-done", 2);
  EXPECT_TRUE(done) << ::testing::PrintToString(world.events.lines);
}

TEST(Dispatcher, GetsOverAnOpenConnectionThatHasDied) {
  Partner world;
  Posture posture = world.trusted("mx1.example.com");
  posture.extensions = "PIPELINING";
  world.has(posture, world.trusted("mx2.example.com"));
  world.run(close_then_deliver);
  EXPECT_EQ(world.mx1->arrived.size(), 1u);
  EXPECT_EQ(world.mx2->arrived.size(), 1u);
}

net::Task<void> hold_then_drain(World& world) { co_await send_one(world); }

TEST(Dispatcher, FinishesTheMessageUnderWayWhenItIsToStop) {
  Partner world;
  world.has(world.trusted("mx1.example.com"), plain());
  world.run(hold_then_drain);
  // Delivered before the end, or still in the queue; never lost, never twice.
  EXPECT_EQ(world.mx1->arrived.size() + world.left.size(), 1u);
}

net::Task<void> deliver_eight_bit(World& world) {
  queue::Envelope envelope = envelope_from("me@postern.example");
  envelope.body = queue::BodyType::eight_bit;
  queue::Destination destination = to({"ann@example.com"});
  co_await world.send(envelope, destination, "Subject: x\r\n\r\ngr\xC3\xBC\r\n");
  bool done = co_await world.until("delivery-done", 1);
  EXPECT_TRUE(done);
}

TEST(Dispatcher, ConvertsEightBitTextForAServerThatDoesNotTakeIt) {
  Partner world;
  Posture posture = plain();
  posture.extensions = "PIPELINING";
  world.has(posture, plain());
  world.run(deliver_eight_bit);
  ASSERT_EQ(world.mx1->arrived.size(), 1u);
  EXPECT_THAT(world.mx1->arrived[0].body, HasSubstr("gr=C3=BC\r\n"));
}

net::Task<void> store_one(World& world) {
  queue::Destination destination = to({"ann@example.com"});
  (void)co_await world.store(envelope_from("me@postern.example"), destination,
                             std::string(kMessage));
}

net::Task<void> wait_for_delivery(World& world) {
  bool done = co_await world.until("delivery-done", 1);
  EXPECT_TRUE(done) << "it waits for the next look, a minute later";
}

// Found by salvaging a queue under load: such a delivery was neither due yet nor due later.
TEST(Dispatcher, SeesWhatBecomesDueBetweenItsLookAndItsQuestionWhatIsNext) {
  Partner world;
  world.has(plain(), plain());
  auto watched = std::make_unique<spool::testing::WatchedSpool>(std::move(world.spool));
  watched->after_looking = [&world] { return store_one(world); };
  world.spool = std::move(watched);
  world.run(wait_for_delivery);
  EXPECT_EQ(world.mx1->arrived.size(), 1u);
}

net::Task<void> hear_of_the_commit_last(World& world) {
  queue::Destination destination = to({"ann@example.com"});
  std::string body(kMessage);
  receipt::AcceptedMessage late =
      co_await world.store(envelope_from("me@postern.example"), destination, body);
  late.body = std::make_shared<const std::string>(body);  // so it need not be read any more
  world.dispatcher->queue_changed();
  bool found = co_await world.until("delivery-done", 1);
  EXPECT_TRUE(found);
  // Another message shows that the look which found the first one is over.
  co_await send_one(world);
  bool other = co_await world.until("delivery-done", 2);
  EXPECT_TRUE(other);
  world.dispatcher->accepted(std::move(late));
  co_await send_one(world);
  bool last = co_await world.until("delivery-done", 3);
  EXPECT_TRUE(last);
}

// Found by the benchmark, which counts what arrives twice: a few of 90,000.
TEST(Dispatcher, DeliversOnceWhatTheQueueToldBeforeTheCommitDid) {
  Partner world;
  world.has(plain(), plain());
  world.run(hear_of_the_commit_last);
  EXPECT_EQ(world.mx1->arrived.size(), 3u);
}

TEST(Dispatcher, SendsInternalMailToItsRoute) {
  Partner world;
  world.has(world.self_signed("mx1.example.com"), plain());
  policy::Configuration configuration = testing::configuration();
  configuration.domains = {policy::testing::internal("example.com")};
  configuration.internal_routes = {policy::testing::internal_route("example.com", "127.0.0.1")};
  configuration.internal_routes[0].port = world.settings.route.smtp_port;
  configuration.internal_routes[0].mode = tls::Mode::relaxed;
  world.book.change(std::move(configuration));
  world.run(deliver_one);
  ASSERT_EQ(world.mx1->arrived.size(), 1u);
  EXPECT_TRUE(world.mx1->arrived[0].encrypted);
}

}  // namespace
}  // namespace postern::delivery
