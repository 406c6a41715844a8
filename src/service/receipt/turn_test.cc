// Who may send content now, and when that ends.
#include "service/receipt/turn.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <vector>

#include "io/net/testing/still_stream.h"
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

TEST_F(Turns, AreMoreWhereMessagesWaitForTheDisk) {
  EXPECT_EQ(Turn::at_a_time(6, milliseconds(0)), 6U);
  EXPECT_EQ(Turn::at_a_time(6, std::chrono::microseconds(750)), 9U);
  EXPECT_EQ(Turn::at_a_time(6, milliseconds(3)), 18U);
  EXPECT_EQ(Turn::at_a_time(6, std::chrono::hours(1)), Turn::kMost);
  EXPECT_EQ(Turn::at_a_time(100, milliseconds(3)), 100U) << "nobody's own number becomes less";
  EXPECT_EQ(Turn::at_a_time(0, milliseconds(3)), 0U);
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
  EXPECT_GT(first_.lapses_at(), silent);
  EXPECT_LE(first_.lapses_at(), shard_.now() + Turn::kPause) << "haste buys no silence";
  EXPECT_EQ(take(first_), "ok");
  EXPECT_LE(first_.lapses_at(), taken_at_ + Turn::kForFirst) << "earlier content does not count";
}

TEST_F(Turns, ContentThatTricklesDoesNotKeepIt) {
  EXPECT_EQ(take(first_), "ok");
  const base::Steady silent = first_.lapses_at();
  first_.received(1);
  EXPECT_EQ(first_.lapses_at(), silent);
}

TEST_F(Turns, WhoeverAnswersLateWaitsInLineAndThenHoldsNobodyUp) {
  first_.answered_after(Turn::kStillQuick + milliseconds(1));
  EXPECT_EQ(take(first_), "ok");
  EXPECT_FALSE(first_.held());
  EXPECT_EQ(turns_.in_use(), 0U);
  first_.answered_after(Turn::kForFirst + milliseconds(1));
  EXPECT_EQ(take(first_), "ok");
  EXPECT_FALSE(first_.held()) << "it takes a quick answer to be quick again";
  first_.answered_after(Turn::kForFirst);
  EXPECT_EQ(take(first_), "ok");
  EXPECT_TRUE(first_.held());
  first_.answered_after(Turn::kStillQuick);
  EXPECT_EQ(take(first_), "ok");
  EXPECT_TRUE(first_.held()) << "a quick client may be busy";
}

TEST_F(Turns, WhoLetsOneLapseMustAnswerQuicklyToHoldOneAgain) {
  EXPECT_EQ(take(first_), "ok");
  first_.lapse();
  EXPECT_FALSE(first_.held());
  first_.answered_after(Turn::kStillQuick);
  EXPECT_EQ(take(first_), "ok");
  EXPECT_FALSE(first_.held());
}

// Answers each read by the next of `counts`: so many bytes, or no bytes until the deadline.
// One byte (kLate) comes later than a quick client would send it.
class Scripted final : public net::testing::StillStream {
 public:
  static constexpr std::size_t kLate = 1;

  Scripted(net::Shard& shard, std::deque<std::size_t> counts, std::vector<base::Deadline>& given)
      : shard_(shard), counts_(std::move(counts)), given_(given) {}
  net::Task<base::Result<std::size_t>> read_some(std::span<char>, base::Deadline d) override {
    given_.push_back(d);
    const std::size_t count = counts_.front();
    counts_.pop_front();
    if (count == 0) co_return base::fail("timeout", "Time ran out while reading.");
    const base::Deadline late{shard_.now() + Turn::kStillQuick + milliseconds(1)};
    if (count == kLate) (void)co_await shard_.sleep(late);
    co_return count;
  }

 private:
  net::Shard& shard_;
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
    PacedStream stream(shard_, std::make_unique<Scripted>(shard_, std::move(script), given_), pace_,
                       std::chrono::minutes(5), stopping_, first_);
    std::string said;
    const base::Deadline far{shard_.now() + std::chrono::hours(1)};
    if (words_first_) shard_.run_until_done(say(stream, far));
    shard_.run_until_done(read_from(stream, far, said));
    return said;
  }
  static net::Task<void> say(net::Stream& stream, base::Deadline deadline) {
    (void)co_await stream.write("250 2.1.5 OK\r\n", deadline);
  }

  bool words_first_ = false;
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
  EXPECT_GT(first_.lapses_at(), lapses);
}

TEST_F(ReadsInTurn, AClientThatStaysSilentTimesOutAsEver) {
  EXPECT_EQ(take(first_), "ok");
  EXPECT_EQ(read({0, 0}), "timeout");
  EXPECT_FALSE(first_.held());
}

TEST_F(ReadsInTurn, TheAnswerToOurWordsTellsWhetherTheClientIsQuick) {
  words_first_ = true;
  EXPECT_EQ(read({Scripted::kLate}), "1");
  EXPECT_EQ(take(first_), "ok");
  EXPECT_FALSE(first_.held());
  EXPECT_EQ(read({5}), "5");
  EXPECT_EQ(take(first_), "ok");
  EXPECT_TRUE(first_.held());
}

TEST_F(ReadsInTurn, WithoutATurnThereIsNothingToLose) {
  EXPECT_EQ(read({5}), "5");
  ASSERT_THAT(given_, SizeIs(1));
  EXPECT_GE(given_[0].at, taken_at_ + std::chrono::minutes(5));
}

}  // namespace
}  // namespace postern::receipt
