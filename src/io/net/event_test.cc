#include "io/net/event.h"
#include "io/net/testing/deadlines.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace postern::net {
namespace {

using testing::after;
using testing::never;
using namespace std::chrono_literals;
using Log = std::vector<std::string>;

std::string word(const base::Result<>& result) { return result ? "ok" : result.error().code; }

Task<void> wait_and_note(Event& event, base::Deadline deadline, Log& log, std::string name) {
  const auto waited = co_await event.wait(deadline);
  log.push_back(name + " " + word(waited));
}

Task<void> notify_two(Shard& shard, Log& log) {
  Event event(shard);
  TaskGroup group(shard);
  group.start(wait_and_note(event, {}, log, "a"));
  group.start(wait_and_note(event, group.within(1h), log, "b"));
  event.notify();
  log.push_back("notified");
  co_await group.join();
  group.start(wait_and_note(event, {}, log, "late"));
  event.reset();
  group.start(wait_and_note(event, group.within(2ms), log, "after reset"));
  co_await group.join();
}

TEST(Event, WakesAllWaitersAndLaterOnesUntilItIsReset) {
  Shard shard;
  Log log;
  shard.run_until_done(notify_two(shard, log));
  EXPECT_EQ(log, (Log{"notified", "a ok", "b ok", "late ok", "after reset timeout"}));
}

Task<void> cancel_wait(Shard& shard, Log& log) {
  Event event(shard);
  TaskGroup group(shard);
  group.start(wait_and_note(event, group.within(1h), log, "a"));
  group.cancel();
  co_await group.join();
  event.notify();
}

TEST(Event, WaitEndsWhenItsOwnerCancels) {
  Shard shard;
  Log log;
  shard.run_until_done(cancel_wait(shard, log));
  EXPECT_EQ(log, (Log{"a cancelled"}));
}

// Both the deadline's owner and the event speak before the waiter runs: the first one counts.
Task<void> notify_then_cancel(Shard& shard, Log& log) {
  Event event(shard);
  TaskGroup group(shard);
  group.start(wait_and_note(event, group.within(1h), log, "a"));
  event.notify();
  group.cancel();
  co_await group.join();
}

TEST(Event, ThatCameFirstIsNotLostToACancellation) {
  Shard shard;
  Log log;
  shard.run_until_done(notify_then_cancel(shard, log));
  EXPECT_EQ(log, (Log{"a ok"}));
}

Task<void> use_permit(Shard& shard, Semaphore& semaphore, base::Deadline deadline, Log& log,
                      std::string name) {
  const auto permit = co_await semaphore.acquire(deadline);
  log.push_back(name + (permit ? "" : " " + permit.error().code));
  if (permit) (void)co_await shard.sleep(after(shard, 3ms));
}

Task<void> queue_for_permits(Shard& shard, Log& log, std::size_t& left) {
  Semaphore semaphore(shard, 2);
  TaskGroup group(shard);
  for (const char* name : {"1", "2", "3", "4", "5"}) {
    group.start(use_permit(shard, semaphore, group.within(1h), log, name));
  }
  log.push_back("in use " + std::to_string(semaphore.in_use()));
  co_await group.join();
  left = semaphore.in_use();
}

TEST(Semaphore, ServesInOrderAndNeverMoreThanItsLimit) {
  Shard shard;
  Log log;
  std::size_t left = 99;
  shard.run_until_done(queue_for_permits(shard, log, left));
  EXPECT_EQ(log, (Log{"1", "2", "in use 2", "3", "4", "5"}));
  EXPECT_EQ(left, 0u);
}

Task<void> give_up(Shard& shard, Log& log, std::size_t& left) {
  Semaphore semaphore(shard, 1);
  TaskGroup group(shard), other(shard);
  group.start(use_permit(shard, semaphore, group.within(1h), log, "holder"));
  other.start(use_permit(shard, semaphore, other.within(1ms), log, "hasty"));
  other.start(use_permit(shard, semaphore, other.within(1h), log, "dropped"));
  group.start(use_permit(shard, semaphore, group.within(1h), log, "patient"));
  (void)co_await shard.sleep(after(shard, 2ms));
  other.cancel();
  co_await group.join();
  co_await other.join();
  left = semaphore.in_use();
}

TEST(Semaphore, PassesOverThoseWhoGaveUp) {
  Shard shard;
  Log log;
  std::size_t left = 99;
  shard.run_until_done(give_up(shard, log, left));
  EXPECT_EQ(log, (Log{"holder", "hasty timeout", "dropped cancelled", "patient"}));
  EXPECT_EQ(left, 0u);
}

Task<void> destroy_the_one_who_was_given(Shard& shard, std::size_t& left) {
  Semaphore semaphore(shard, 1);
  auto holder = co_await semaphore.acquire(never());
  {
    auto waiting = semaphore.acquire({});
    const auto handle = waiting.await_suspend(std::noop_coroutine());
    handle.resume();
    auto gone = std::move(*holder);  // given to `waiting`, which ends before it runs
  }
  (void)co_await shard.sleep(after(shard, 1ms));
  left = semaphore.in_use();
}

TEST(Semaphore, TakesBackThePermitOfAWaiterDestroyedBeforeItRan) {
  Shard shard;
  std::size_t left = 99;
  shard.run_until_done(destroy_the_one_who_was_given(shard, left));
  EXPECT_EQ(left, 0u);
}

Task<void> widen(Shard& shard, Log& log) {
  Semaphore semaphore(shard, 0);
  TaskGroup group(shard);
  group.start(use_permit(shard, semaphore, group.within(1h), log, "1"));
  group.start(use_permit(shard, semaphore, group.within(1h), log, "2"));
  semaphore.set_limit(2);
  log.push_back("widened");
  co_await group.join();
}

TEST(Semaphore, AdmitsMoreWhenItsLimitRises) {
  Shard shard;
  Log log;
  shard.run_until_done(widen(shard, log));
  EXPECT_EQ(log, (Log{"widened", "1", "2"}));
}

}  // namespace
}  // namespace postern::net
