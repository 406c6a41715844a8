#include "io/net/task.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "io/net/shard.h"

namespace postern::net {
namespace {

Task<int> answer(int value) { co_return value; }

Task<void> add_up(int count, long& sum) {
  for (int i = 0; i < count; ++i) sum += co_await answer(1);
}

// Were the transfer to the next coroutine a call instead of a jump, this would overflow the stack.
TEST(Task, UsesNoStackForAHundredThousandWaitsThatEndAtOnce) {
  Shard shard;
  long sum = 0;
  shard.run_until_done(add_up(100'000, sum));
  EXPECT_EQ(sum, 100'000);
}

Task<int> nested(int depth) {
  if (depth == 0) co_return 0;
  co_return 1 + co_await nested(depth - 1);
}

Task<void> nest(int depth, int& out) { out = co_await nested(depth); }

TEST(Task, UsesNoStackForADeepChain) {
  Shard shard;
  int depth = 0;
  shard.run_until_done(nest(20'000, depth));
  EXPECT_EQ(depth, 20'000);
}

Task<void> pause(Shard& shard, base::Deadline deadline) { (void)co_await shard.sleep(deadline); }

Task<int> nested_pause(Shard& shard, int depth) {
  if (depth == 0) {
    const base::Deadline soon{shard.now() + std::chrono::milliseconds(1)};
    co_await pause(shard, soon);
    co_return 0;
  }
  co_return 1 + co_await nested_pause(shard, depth - 1);
}

Task<void> nest_pause(Shard& shard, int depth, int& out) {
  out = co_await nested_pause(shard, depth);
}

TEST(Task, UsesNoStackForADeepChainThatHasWaited) {
  Shard shard;
  int depth = 0;
  shard.run_until_done(nest_pause(shard, 20'000, depth));
  EXPECT_EQ(depth, 20'000);
}

Task<int> fails() {
  throw std::runtime_error("a bug");
  co_return 0;
}

Task<void> catches(std::string& seen) {
  try {
    (void)co_await fails();
  } catch (const std::runtime_error& error) {
    seen = error.what();
  }
}

TEST(Task, HandsAnExceptionToWhoeverAwaitsIt) {
  Shard shard;
  std::string seen;
  shard.run_until_done(catches(seen));
  EXPECT_EQ(seen, "a bug");
}

Task<void> lets_through() { (void)co_await fails(); }

TEST(Task, LetsAnExceptionOutOfRunUntilDone) {
  Shard shard;
  EXPECT_THROW(shard.run_until_done(lets_through()), std::runtime_error);
}

struct Noter {
  Noter(std::vector<std::string>& to, std::string what) : log(to), name(std::move(what)) {}
  ~Noter() { log.push_back(name); }
  std::vector<std::string>& log;
  std::string name;
};

Task<void> inner(std::unique_ptr<Noter> argument, std::vector<std::string>& log) {
  const Noter local(log, "inner local");
  (void)argument;
  co_return;
}

Task<void> outer(std::vector<std::string>& log) {
  const Noter local(log, "outer local");
  auto argument = std::make_unique<Noter>(log, "inner argument");
  co_await inner(std::move(argument), log);
  log.push_back("after inner");
}

TEST(Task, DestroysLocalsThenArgumentsBeforeItsCallerGoesOn) {
  Shard shard;
  std::vector<std::string> log;
  shard.run_until_done(outer(log));
  EXPECT_EQ(log, (std::vector<std::string>{"inner local", "inner argument", "after inner",
                                           "outer local"}));
}

TEST(Task, RunsNothingUntilItIsAwaited) {
  std::vector<std::string> log;
  {
    const Task<void> never = outer(log);
  }
  EXPECT_TRUE(log.empty());
}

}  // namespace
}  // namespace postern::net
