#include "io/net/shard.h"
#include "io/net/testing/deadlines.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace postern::net {
namespace {

using testing::after;
using namespace std::chrono_literals;

Task<void> sleep_and_note(Shard& shard, base::Deadline until, std::vector<std::string>& log,
                          std::string name) {
  const auto slept = co_await shard.sleep(until);
  log.push_back(name + (slept ? "" : " " + slept.error().code));
}

Task<void> three_sleeps(Shard& shard, std::vector<std::string>& log) {
  TaskGroup group(shard);
  const base::Steady now = shard.now();
  group.start(sleep_and_note(shard, {now + 30ms}, log, "third"));
  group.start(sleep_and_note(shard, {now + 2ms}, log, "first"));
  group.start(sleep_and_note(shard, {now + 15ms}, log, "second"));
  co_await group.join();
  log.push_back(shard.now() >= now + 30ms ? "not early" : "early");
}

TEST(Shard, WakesSleepersInOrderAndNeverEarly) {
  Shard shard;
  std::vector<std::string> log;
  shard.run_until_done(three_sleeps(shard, log));
  EXPECT_EQ(log, (std::vector<std::string>{"first", "second", "third", "not early"}));
}

Task<void> sleep_into_the_past(Shard& shard, bool& ok) {
  const base::Deadline past{shard.now() - 1h};
  const auto slept = co_await shard.sleep(past);
  ok = slept.has_value();
}

TEST(Shard, DoesNotSleepForADeadlineThatHasPassed) {
  Shard shard;
  bool ok = false;
  shard.run_until_done(sleep_into_the_past(shard, ok));
  EXPECT_TRUE(ok);
}

Task<void> cancel_two_sleepers(Shard& shard, std::vector<std::string>& log) {
  TaskGroup group(shard);
  const base::Deadline hour = group.within(1h);
  const base::Deadline forever{base::Steady::max(), &group.cancellation()};
  group.start(sleep_and_note(shard, hour, log, "hour"));
  group.start(sleep_and_note(shard, forever, log, "forever"));
  log.push_back("running " + std::to_string(group.running()));
  group.cancel();
  log.push_back("told");  // the sleepers run later, not inside cancel()
  co_await group.join();
  group.start(sleep_and_note(shard, group.within(1h), log, "late"));
  co_await group.join();
  log.push_back("running " + std::to_string(group.running()));
}

TEST(TaskGroup, CancelsWhatSleepsAndWhatIsStartedAfterwards) {
  Shard shard;
  std::vector<std::string> log;
  shard.run_until_done(cancel_two_sleepers(shard, log));
  std::sort(log.begin() + 2, log.begin() + 4);
  EXPECT_EQ(log, (std::vector<std::string>{"running 2", "told", "forever cancelled",
                                           "hour cancelled", "late cancelled", "running 0"}));
}

Task<void> cancels_its_owner(TaskGroup& group, std::vector<std::string>& log) {
  group.cancel();
  log.push_back("still here");
  co_return;
}

Task<void> cancelled_from_within(Shard& shard, std::vector<std::string>& log) {
  TaskGroup group(shard);
  group.start(sleep_and_note(shard, group.within(1h), log, "sleeper"));
  group.start(cancels_its_owner(group, log));
  co_await group.join();
}

TEST(TaskGroup, MayBeCancelledByOneOfItsTasks) {
  Shard shard;
  std::vector<std::string> log;
  shard.run_until_done(cancelled_from_within(shard, log));
  EXPECT_EQ(log, (std::vector<std::string>{"still here", "sleeper cancelled"}));
}

struct Alive {
  explicit Alive(int& count) : counter(count) { ++counter; }
  ~Alive() { --counter; }
  int& counter;
};

Task<void> hold(Shard& shard, std::unique_ptr<Alive> alive) {
  (void)co_await shard.sleep(after(shard, 1ms));
  (void)alive;
}

Task<void> join_and_count(Shard& shard, int& alive, int& seen_after_join) {
  TaskGroup group(shard);
  for (int i = 0; i < 10; ++i) group.start(hold(shard, std::make_unique<Alive>(alive)));
  co_await group.join();
  seen_after_join = alive;
}

TEST(TaskGroup, IsJoinedOnlyAfterEveryArgumentIsGone) {
  Shard shard;
  int alive = 0, seen = -1;
  shard.run_until_done(join_and_count(shard, alive, seen));
  EXPECT_EQ(seen, 0);
}

Task<void> throws_a_bug(Shard& shard) {
  (void)co_await shard.sleep(after(shard, 1ms));
  throw std::runtime_error("bug");
}

Task<void> start_a_bug(Shard& shard) {
  TaskGroup group(shard);
  group.start(throws_a_bug(shard));
  co_await group.join();
}

TEST(TaskGroupDeathTest, EndsTheProgramWhenAnExceptionLeavesATask) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        Shard shard;
        shard.run_until_done(start_a_bug(shard));
      },
      "bug");
}

TEST(TaskGroupDeathTest, EndsTheProgramWhenItIsDestroyedWithTasksRunning) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        Shard shard;
        TaskGroup group(shard);
        group.start(hold(shard, nullptr));
      },
      "join\\(\\) it first");
}

// A coroutine that is destroyed in the middle of a wait takes the wait along: from the timer wheel,
// the cancellation, and the ready list.
Task<void> drop_a_wait(Shard& shard, bool woken_before, std::vector<std::string>& log) {
  base::Cancellation owner;
  {
    Task<void> sleeping = sleep_and_note(shard, {shard.now() + 2ms, &owner}, log, "resumed");
    sleeping.await_suspend(std::noop_coroutine()).resume();
    if (woken_before) owner.request();
  }
  owner.request();
  (void)co_await shard.sleep(after(shard, 5ms));
  log.push_back("dropped");
}

TEST(Shard, ForgetsTheWaitOfACoroutineThatIsDestroyed) {
  Shard shard;
  std::vector<std::string> log;
  shard.run_until_done(drop_a_wait(shard, false, log));
  shard.run_until_done(drop_a_wait(shard, true, log));
  EXPECT_EQ(log, (std::vector<std::string>{"dropped", "dropped"}));
}

TEST(Shard, RunsWhatOtherThreadsPostExactlyOnceAndInOrder) {
  Shard shard;
  constexpr int kThreads = 4, kEach = 5'000;
  std::vector<std::vector<int>> seen(kThreads);
  int total = 0;
  std::thread runner([&shard] { shard.run(); });
  std::vector<std::thread> posters;
  for (int t = 0; t < kThreads; ++t) {
    posters.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        shard.post([&, t, i] {
          seen[static_cast<std::size_t>(t)].push_back(i);
          if (++total == kThreads * kEach) shard.stop();
        });
      }
    });
  }
  for (auto& poster : posters) poster.join();
  runner.join();
  for (const auto& one : seen) {
    EXPECT_EQ(one.size(), static_cast<std::size_t>(kEach));
    EXPECT_TRUE(std::is_sorted(one.begin(), one.end()));
  }
}

TEST(Shard, WakesFromSleepForEachPostOfAPingPong) {
  Shard left, right;
  constexpr int kRounds = 2'000;
  int rounds = 0;
  std::function<void()> ping = [&] {
    if (++rounds == kRounds) {
      left.stop();
      right.stop();
      return;
    }
    right.post([&] { left.post([&] { ping(); }); });
  };
  left.post([&] { ping(); });
  std::thread other([&] { right.run(); });
  left.run();
  other.join();
  EXPECT_EQ(rounds, kRounds);
}

TEST(Shard, ReturnsAtOnceWhenItWasStoppedBeforeItRan) {
  Shard shard;
  shard.stop();
  shard.run();
  bool ran = false;
  shard.post([&] { ran = true, shard.stop(); });
  shard.run();
  EXPECT_TRUE(ran);
}

Task<void> post_to_itself(Shard& shard, TaskGroup& group, std::vector<std::string>& log) {
  shard.post([&log] { log.push_back("posted"); });
  shard.post([&group] { group.cancel(); });
  const auto slept = co_await shard.sleep(group.within(1h));
  log.push_back(slept ? "slept" : slept.error().code);
}

TEST(Shard, RunsWhatItsOwnCoroutinesPostBeforeItSleeps) {
  Shard shard;
  TaskGroup group(shard);
  std::vector<std::string> log;
  shard.run_until_done(post_to_itself(shard, group, log));
  EXPECT_EQ(log, (std::vector<std::string>{"posted", "cancelled"}));
}

Task<void> sleep_and_count(Shard& shard, base::Deadline until, int& timed, int& cancelled) {
  const auto slept = co_await shard.sleep(until);
  ++(slept ? timed : cancelled);
}

Task<void> many_sleepers(Shard& shard, int& timed, int& cancelled) {
  TaskGroup group(shard);
  for (int i = 0; i < 5'000; ++i) {
    group.start(
        sleep_and_count(shard, group.within(std::chrono::minutes(i % 90 + 1)), timed, cancelled));
    group.start(
        sleep_and_count(shard, group.within(std::chrono::milliseconds(i % 20)), timed, cancelled));
  }
  (void)co_await shard.sleep(after(shard, 40ms));
  group.cancel();
  co_await group.join();
}

TEST(Shard, TellsThousandsOfSleepersApart) {
  Shard shard;
  int timed = 0, cancelled = 0;
  shard.run_until_done(many_sleepers(shard, timed, cancelled));
  EXPECT_EQ(timed, 5'000);
  EXPECT_EQ(cancelled, 5'000);
}

TEST(Shard, KnowsBothClocks) {
  Shard shard;
  const auto before = std::chrono::system_clock::now();
  EXPECT_GE(shard.wall_now() + 1us, before);
  EXPECT_LE(std::chrono::steady_clock::now() - shard.now(), 1h);
}

}  // namespace
}  // namespace postern::net
