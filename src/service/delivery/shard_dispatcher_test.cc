#include "service/delivery/shard_dispatcher.h"

#include <gtest/gtest.h>

#include "io/spool/testing/watched_spool.h"
#include "service/delivery/testing/world.h"

namespace postern::delivery {
namespace {

using testing::kMain;
using testing::to;
using testing::World;

// As a look into the queue finds it.
Job job(std::int64_t number) {
  Job made;
  made.delivery.id = {number};
  made.delivery.message = {number};
  made.delivery.account = kMain;
  made.delivery.destination = to({"ann@example.com"});
  return made;
}

// One destination with one worker, which is kept from reading its message: what else is offered
// waits.
net::Task<void> change_the_queue(World& world, net::Event& go_on) {
  TrustCache trust(world.trust());
  Common common{*world.spool, world.book, world.events, world.metrics, trust, world.settings};
  common.hand_over = [](auto) {};
  common.will_be_due = [](auto) {};
  common.has_room = common.is_hungry = [] {};
  ShardDispatcher dispatcher({world.shard, world.lookups(), world.client_tls()}, common);
  common.scan_started = 7;
  dispatcher.scan_ended(7);
  dispatcher.offer(job(1));
  dispatcher.offer(job(2));
  EXPECT_EQ(common.waiting, 1U);

  // The next scan begins behind the change, and before this shard hears of it.
  common.scan_started = 8;
  dispatcher.release_waiting(7);
  EXPECT_EQ(common.waiting, 0U);
  dispatcher.offer(job(2));
  EXPECT_EQ(common.waiting, 1U) << "it would wait for the next sweep";

  // That scan is still under way when the queue is changed again.
  dispatcher.release_waiting(8);
  dispatcher.offer(job(2));
  EXPECT_EQ(common.waiting, 0U) << "it may have been read before it was held";
  dispatcher.scan_ended(8);
  dispatcher.offer(job(2));
  EXPECT_EQ(common.waiting, 1U);

  go_on.notify();
  const std::chrono::seconds grace(20);
  co_await dispatcher.drain(grace);
}

// Found by the benchmark: of a hundred domains whose mail was made due one after the other, one
// waited for minutes.
TEST(ShardDispatcher, TakesAgainWhatAChangeGaveBackFromTheScanThatSawTheChange) {
  World world;
  world.settings.connections_per_destination = 1;
  net::Event go_on(world.shard);
  auto watched = std::make_unique<spool::testing::WatchedSpool>(std::move(world.spool));
  watched->before_reading = [&]() -> net::Task<void> {
    base::Deadline patience{world.shard.now() + std::chrono::seconds(20), nullptr};
    (void)co_await go_on.wait(patience);
  };
  world.spool = std::move(watched);
  world.run([&](World& running) { return change_the_queue(running, go_on); });
}

}  // namespace
}  // namespace postern::delivery
