#include "io/net/handoff.h"
#include "io/net/testing/deadlines.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace postern::net {
namespace {

using testing::after;
using namespace std::chrono_literals;

Task<void> set_before_wait(Shard& shard, std::string& out) {
  auto [receiver, sender] = handoff<std::string>(shard);
  sender.set("early");
  out = co_await receiver;
}

TEST(Handoff, DeliversAValueThatWasSetBeforeTheWait) {
  Shard shard;
  std::string out;
  shard.run_until_done(set_before_wait(shard, out));
  EXPECT_EQ(out, "early");
}

Task<void> set_later(Shard& shard, Sender<std::unique_ptr<int>> sender) {
  (void)co_await shard.sleep(after(shard, 1ms));
  sender.set(std::make_unique<int>(7));
}

Task<void> set_after_wait(Shard& shard, int& out) {
  auto [receiver, sender] = handoff<std::unique_ptr<int>>(shard);
  TaskGroup group(shard);
  group.start(set_later(shard, std::move(sender)));
  const auto value = co_await receiver;
  out = *value;
  co_await group.join();
}

TEST(Handoff, DeliversAValueThatIsSetDuringTheWaitAndCannotBeCopied) {
  Shard shard;
  int out = 0;
  shard.run_until_done(set_after_wait(shard, out));
  EXPECT_EQ(out, 7);
}

// One worker thread answers many questions of two shards, as the spool's writer does.
class Worker {
 public:
  Worker() : thread_([this] { work(); }) {}
  ~Worker() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  void square(int value, Sender<int> sender) {
    {
      const std::lock_guard lock(mutex_);
      questions_.emplace_back(value, std::move(sender));
    }
    changed_.notify_one();
  }

 private:
  void work() {
    for (;;) {
      std::vector<std::pair<int, Sender<int>>> batch;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return ended_ || !questions_.empty(); });
        if (questions_.empty()) return;
        batch.swap(questions_);
      }
      for (auto& [value, sender] : batch) sender.set(value * value);
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::pair<int, Sender<int>>> questions_;
  bool ended_ = false;
  std::thread thread_;
};

Task<void> ask(Shard& shard, Worker& worker, int count, long& sum) {
  for (int i = 0; i < count; ++i) {
    auto [receiver, sender] = handoff<int>(shard);
    worker.square(i, std::move(sender));
    sum += co_await receiver;
  }
}

Task<void> ask_from_many(Shard& shard, Worker& worker, int askers, int each, long& sum) {
  TaskGroup group(shard);
  for (int i = 0; i < askers; ++i) group.start(ask(shard, worker, each, sum));
  co_await group.join();
}

TEST(Handoff, CarriesAnswersFromAWorkerToTwoShards) {
  constexpr int kAskers = 20, kEach = 200;
  constexpr long kExpected = kAskers * (kEach - 1L) * kEach * (2 * kEach - 1L) / 6;
  Worker worker;
  long here = 0, there = 0;
  std::thread other([&] {
    Shard shard;
    shard.run_until_done(ask_from_many(shard, worker, kAskers, kEach, there));
  });
  Shard shard;
  shard.run_until_done(ask_from_many(shard, worker, kAskers, kEach, here));
  other.join();
  EXPECT_EQ(here, kExpected);
  EXPECT_EQ(there, kExpected);
}

Task<void> receive(Receiver<std::shared_ptr<int>> receiver, bool& resumed) {
  (void)co_await receiver;
  resumed = true;
}

Task<void> drop_receiver(Shard& shard, bool waiting, std::shared_ptr<int> value, bool& resumed) {
  auto [receiver, sender] = handoff<std::shared_ptr<int>>(shard);
  {
    Task<void> receiving = receive(std::move(receiver), resumed);
    const auto handle = receiving.await_suspend(std::noop_coroutine());
    if (waiting) handle.resume();
    if (waiting) sender.set(std::move(value));  // on its way when the frame goes
  }
  if (!waiting) sender.set(std::move(value));
  (void)co_await shard.sleep(after(shard, 1ms));
}

TEST(Handoff, DropsTheValueWhenItsReceiverIsGone) {
  for (const bool waiting : {false, true}) {
    Shard shard;
    const auto value = std::make_shared<int>(1);
    bool resumed = false;
    shard.run_until_done(drop_receiver(shard, waiting, value, resumed));
    EXPECT_FALSE(resumed);
    EXPECT_EQ(value.use_count(), 1);
  }
}

TEST(HandoffDeathTest, EndsTheProgramWhenASenderIsDroppedOrOverwritten) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        Shard shard;
        (void)handoff<int>(shard);
      },
      "dropped without a value");
  EXPECT_DEATH(
      {
        Shard shard;
        auto one = handoff<int>(shard);
        auto two = handoff<int>(shard);
        one.sender = std::move(two.sender);
      },
      "dropped without a value");
}

}  // namespace
}  // namespace postern::net
