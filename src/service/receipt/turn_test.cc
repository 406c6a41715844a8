// Who may send content now, and when that ends.
#include "service/receipt/turn.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <vector>

#include "service/receipt/paced_stream.h"

namespace postern::receipt {
namespace {

using std::chrono::milliseconds;
using ::testing::SizeIs;

class Turns : public ::testing::Test {
 protected:
  // What take() says: "ok", or the failure's code.
  net::Task<void> ask(Turn& turn, base::Deadline deadline, std::string& said) {
    auto taken = co_await turn.take(deadline);
    said = taken ? "ok" : taken.error().code;
    taken_at_ = shard_.now();
  }
  std::string take(Turn& turn, base::Deadline deadline = {}) {
    std::string said;
    shard_.run_until_done(ask(turn, deadline, said));
    return said;
  }

  net::Shard shard_;
  base::Steady taken_at_;
  net::Semaphore turns_{shard_, 1};
  Turn first_{shard_, turns_};
  Turn second_{shard_, turns_};
};

TEST_F(Turns, TheSecondWaitsUntilTheFirstHasEnded) {
  EXPECT_EQ(take(first_), "ok");
  std::string said;
  net::TaskGroup group(shard_);
  group.start(ask(second_, {}, said));
  EXPECT_EQ(said, "");
  first_.end();
  shard_.run_until_done(group.join());
  EXPECT_EQ(said, "ok");
  EXPECT_TRUE(second_.held());
  EXPECT_EQ(turns_.in_use(), 1U);
}

TEST_F(Turns, WhoeverWaitedLongGoesOnWithoutOne) {
  EXPECT_EQ(take(first_), "ok");
  EXPECT_EQ(take(second_), "ok");
  EXPECT_TRUE(first_.held());
  EXPECT_FALSE(second_.held());
  EXPECT_EQ(turns_.in_use(), 1U);
}

TEST_F(Turns, AWaitEndsWithItsOwner) {
  EXPECT_EQ(take(first_), "ok");
  base::Cancellation owner;
  std::string said;
  net::TaskGroup group(shard_);
  group.start(ask(second_, {base::Steady::max(), &owner}, said));
  owner.request();
  shard_.run_until_done(group.join());
  EXPECT_EQ(said, "cancelled");
  EXPECT_FALSE(second_.held());
}

TEST_F(Turns, TheNextMessageOfASessionAsksAnew) {
  EXPECT_EQ(take(first_), "ok");
  EXPECT_EQ(take(first_), "ok") << "what an earlier message left behind is given back first";
  EXPECT_EQ(turns_.in_use(), 1U);
}

TEST_F(Turns, ContentThatComesKeepsIt) {
  EXPECT_EQ(take(first_), "ok");
  const base::Steady silent = first_.lapses_at();
  EXPECT_LE(silent, taken_at_ + Turn::kForFirst);
  first_.received(1000 * Turn::kBytesAMillisecond);
  EXPECT_EQ(first_.lapses_at(), silent + milliseconds(1000));
  EXPECT_EQ(take(first_), "ok");
  EXPECT_LE(first_.lapses_at(), taken_at_ + Turn::kForFirst) << "earlier content does not count";
}

// Answers each read by the next of `counts`: so many bytes, or no bytes until the deadline.
class Scripted final : public net::Stream {
 public:
  Scripted(std::deque<std::size_t> counts, std::vector<base::Deadline>& given)
      : counts_(std::move(counts)), given_(given) {}
  net::Task<base::Result<std::size_t>> read_some(std::span<char>, base::Deadline d) override {
    given_.push_back(d);
    const std::size_t count = counts_.front();
    counts_.pop_front();
    if (count == 0) co_return base::fail("timeout", "Time ran out while reading.");
    co_return count;
  }
  net::Task<base::Result<>> write(std::string_view, base::Deadline) override {
    co_return base::Result<>();
  }
  void finish() override {}
  void close() override {}
  base::Endpoint peer() const override { return {}; }
  base::Endpoint local() const override { return {}; }

 private:
  std::deque<std::size_t> counts_;
  std::vector<base::Deadline>& given_;
};

class Receiving final : public Pace {
 public:
  std::uint64_t progress() const override { return 0; }
  bool idle() const override { return false; }
};

class ReadsInTurn : public Turns {
 protected:
  net::Task<void> read_from(net::Stream& stream, base::Deadline deadline, std::string& said) {
    std::array<char, 8> buffer;  // NOLINT: filled by the read
    std::span<char> into(buffer);
    auto count = co_await stream.read_some(into, deadline);
    said = count ? std::to_string(*count) : count.error().code;
  }
  std::string read(std::deque<std::size_t> script) {
    PacedStream stream(shard_, std::make_unique<Scripted>(std::move(script), given_), pace_,
                       std::chrono::minutes(5), stopping_, first_);
    std::string said;
    shard_.run_until_done(read_from(stream, {shard_.now() + std::chrono::hours(1)}, said));
    return said;
  }

  Receiving pace_;
  base::Cancellation stopping_;
  std::vector<base::Deadline> given_;
};

TEST_F(ReadsInTurn, ASilentClientLosesItsTurnAndIsReadAllTheSame) {
  EXPECT_EQ(take(first_), "ok");
  const base::Steady lapses = first_.lapses_at();
  EXPECT_EQ(read({0, 5}), "5");
  EXPECT_FALSE(first_.held());
  ASSERT_THAT(given_, SizeIs(2));
  EXPECT_EQ(given_[0].at, lapses);
  EXPECT_GE(given_[1].at, taken_at_ + std::chrono::minutes(5)) << "its ordinary patience";
}

TEST_F(ReadsInTurn, ContentInTimeMovesTheLapse) {
  EXPECT_EQ(take(first_), "ok");
  const base::Steady lapses = first_.lapses_at();
  EXPECT_EQ(read({3 * Turn::kBytesAMillisecond}), std::to_string(3 * Turn::kBytesAMillisecond));
  EXPECT_TRUE(first_.held());
  EXPECT_EQ(first_.lapses_at(), lapses + milliseconds(3));
}

TEST_F(ReadsInTurn, AClientThatStaysSilentTimesOutAsEver) {
  EXPECT_EQ(take(first_), "ok");
  EXPECT_EQ(read({0, 0}), "timeout");
  EXPECT_FALSE(first_.held());
}

TEST_F(ReadsInTurn, WithoutATurnThereIsNothingToLose) {
  EXPECT_EQ(read({5}), "5");
  ASSERT_THAT(given_, SizeIs(1));
  EXPECT_GE(given_[0].at, taken_at_ + std::chrono::minutes(5));
}

}  // namespace
}  // namespace postern::receipt
