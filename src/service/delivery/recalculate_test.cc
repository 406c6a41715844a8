// What waits, when the configuration changes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/delivery/testing/partner.h"

namespace postern::delivery {
namespace {

using testing::defer_one;
using testing::envelope_from;
using testing::kMessage;
using testing::Partner;
using testing::plain;
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

}  // namespace
}  // namespace postern::delivery
