// What waits, when the configuration changes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/spool/testing/watched_spool.h"
#include "service/delivery/testing/partner.h"

namespace postern::delivery {
namespace {

using testing::defer_one;
using testing::envelope_from;
using testing::kMessage;
using testing::Partner;
using testing::plain;
using testing::policy_for;
using testing::Posture;
using testing::to;
using testing::World;

net::Task<void> deliver_after_weakening(World& world) {
  co_await defer_one(world);
  world.book.change(testing::configuration());  // no policy any more
  world.dispatcher->recalculate();
  bool done = co_await world.until("delivery-done", 1);
  EXPECT_TRUE(done) << ::testing::PrintToString(world.events.lines);
}

TEST(Recalculate, MeetsAChangedPolicyWithinSecondsAndNotAtTheNextRetry) {
  Partner world;
  world.has(plain(), plain());
  world.strict();
  world.run(deliver_after_weakening);
  EXPECT_EQ(world.mx1->arrived.size(), 1u);
  EXPECT_TRUE(world.left.empty());
}

policy::ExternalRoute smarthost(const testing::Peer& peer) {
  policy::ExternalRoute route;
  route.account = testing::kMain;
  route.host = "127.0.0.3";
  route.port = peer.port();
  return route;
}

net::Task<void> deliver_after_a_smarthost_came(World& world) {
  co_await defer_one(world);
  testing::Peer& smart = world.peer("127.0.0.3", plain());
  policy::Configuration configuration = testing::configuration();
  configuration.external_routes = {smarthost(smart)};
  world.book.change(std::move(configuration));
  world.dispatcher->recalculate();
  bool done = co_await world.until("delivery-done", 1);
  EXPECT_TRUE(done) << ::testing::PrintToString(world.events.lines);
  EXPECT_EQ(smart.arrived.size(), 1u);
}

TEST(Recalculate, SendsMailThatWaitsForAServerThatIsDownByANewSmarthostAtOnce) {
  Partner world;
  Posture down;
  down.replies["GREETING"] = "421 4.3.2 going down";
  world.has(down, down);
  world.run(deliver_after_a_smarthost_came);
  EXPECT_TRUE(world.left.empty());
}

net::Task<void> defer_for_two_accounts_and_move_one(World& world) {
  co_await defer_one(world);
  queue::Envelope of_other = envelope_from("me@other.example");
  of_other.account = testing::kOther;
  queue::Destination destination = to({"ann@example.com"});
  co_await world.send(of_other, destination, std::string(kMessage));
  bool deferred = co_await world.until("delivery-deferred", 2);
  EXPECT_TRUE(deferred);
  testing::Peer& smart = world.peer("127.0.0.3", plain());
  policy::Configuration configuration = testing::configuration();
  configuration.external_routes = {smarthost(smart)};
  configuration.external_routes[0].account = testing::kOther;
  world.book.change(std::move(configuration));
  world.dispatcher->recalculate();
  bool done = co_await world.until("delivery-done", 1);
  EXPECT_TRUE(done) << ::testing::PrintToString(world.events.lines);
}

TEST(Recalculate, LeavesMailAloneWhoseWayDidNotChange) {
  Partner world;
  Posture down;
  down.replies["GREETING"] = "421 4.3.2 going down";
  world.has(down, down);
  world.run(defer_for_two_accounts_and_move_one);
  ASSERT_EQ(world.left.size(), 1u);
  EXPECT_EQ(world.waiting().account, testing::kMain);
  EXPECT_EQ(world.waiting().attempts, 1);
}

policy::Policy relaxed(const char* domain) {
  policy::Policy policy = policy_for(domain);
  policy.mode = tls::Mode::relaxed;
  return policy;
}

net::Task<void> defer_at_two_domains_and_weaken(World& world) {
  co_await defer_one(world);
  queue::Destination destination = to({"ann@example.net"});
  co_await world.send(envelope_from("me@postern.example"), destination, std::string(kMessage));
  bool deferred = co_await world.until("delivery-deferred", 2);
  EXPECT_TRUE(deferred);
  world.book.change(testing::configuration());  // no policies any more
  world.dispatcher->recalculate();
  bool done = co_await world.until("delivery-done", 2);
  EXPECT_TRUE(done) << ::testing::PrintToString(world.events.lines);
}

// A million messages for a thousand domains must not be looked through a thousand times.
TEST(Recalculate, LooksThroughTheQueueOnceForAllDomains) {
  Partner world;
  world.has(plain(), plain());
  world.zone.mx("example.net", {{10, "mx1.example.com"}});
  policy::Configuration enforced = testing::configuration();
  enforced.policies = {relaxed("example.com"), relaxed("example.net")};
  world.book.change(std::move(enforced));
  auto watched = std::make_unique<spool::testing::WatchedSpool>(std::move(world.spool));
  const spool::testing::WatchedSpool& spool = *watched;
  world.spool = std::move(watched);
  world.run(defer_at_two_domains_and_weaken);
  EXPECT_EQ(spool.acts, 1);
  EXPECT_EQ(world.mx1->arrived.size(), 2u);
}

}  // namespace
}  // namespace postern::delivery
