// Many messages at once: connections that are kept, limits, shards, and a queue that is read while
// it is worked off.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "service/delivery/dispatcher.h"
#include "service/delivery/testing/partner.h"

namespace postern::delivery {
namespace {

using ::testing::Contains;
using testing::deliver_one;
using testing::envelope_from;
using testing::kMessage;
using testing::Partner;
using testing::plain;
using testing::send_one;
using testing::to;
using testing::World;

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

net::Task<void> deliver_while_the_queue_is_read(World& world) {
  for (int i = 0; i < 200; ++i) {
    co_await send_one(world);
    world.dispatcher->queue_changed();
  }
  bool done = co_await world.until("delivery-done", 200);
  EXPECT_TRUE(done);
}

TEST(Dispatcher, DeliversNothingTwiceHoweverOftenTheQueueIsReadMeanwhile) {
  Partner world;
  world.has(world.trusted("mx1.example.com"), plain());
  world.run(deliver_while_the_queue_is_read);
  EXPECT_EQ(world.mx1->arrived.size(), 200u);
  EXPECT_TRUE(world.left.empty());
}

TEST(Dispatcher, DeliversABacklogThatIsLargerThanItsMemory) {
  Partner world;
  world.settings.waiting_limit = 16;
  world.settings.waiting_per_destination = 5;
  world.has(world.trusted("mx1.example.com"), plain());
  world.run(deliver_a_burst);
  EXPECT_EQ(world.mx1->arrived.size(), 200u);
  EXPECT_TRUE(world.left.empty());
}

net::Task<void> deliver_to_many_domains(World& world) {
  for (int i = 0; i < 100; ++i) {
    queue::Destination destination = to({"ann@partner" + std::to_string(i % 10) + ".example"});
    co_await world.send(envelope_from("me@postern.example"), destination, std::string(kMessage));
  }
  bool done = co_await world.until("delivery-done", 100);
  EXPECT_TRUE(done);
}

TEST(Dispatcher, SharesDestinationsAmongItsShards) {
  Partner world;
  world.has(world.trusted("mx1.example.com"), plain());
  for (int i = 0; i < 10; ++i) {
    world.zone.mx("partner" + std::to_string(i) + ".example", {{10, "mx1.example.com"}});
  }
  net::Shard second;
  testing::ZoneLookups lookups(world.zone);
  auto tls = crypto::ClientContext::make({}).value();
  world.more_places.push_back({second, lookups, *tls});
  std::thread thread([&] { second.run(); });
  world.run(deliver_to_many_domains);
  second.stop();
  thread.join();
  world.dispatcher.reset();
  EXPECT_EQ(world.mx1->arrived.size(), 100u);
  EXPECT_TRUE(world.left.empty());
}

}  // namespace
}  // namespace postern::delivery
