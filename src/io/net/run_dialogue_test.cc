// When the loop writes what a dialogue has to say.
#include "io/net/run_dialogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <deque>

#include "io/net/testing/still_stream.h"

namespace postern::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Ask {};  // a step of an actor
struct AskAtOnce {
  using replies_together = void;
};
using Step = std::variant<smtp::AwaitInput, Ask, AskAtOnce, smtp::Idle, smtp::Finished>;

// Says "one" before each of its steps; the actor's answer adds "two".
class Talker {
 public:
  explicit Talker(std::deque<Step> steps) : steps_(std::move(steps)) {}
  std::string& output() { return output_; }
  Step step() { return steps_.front(); }
  void on_input(std::string_view) { next(); }
  void on_closed(const base::Failure&) { steps_ = {smtp::Finished{}}; }
  void on_timeout() { next(); }
  void answered() {
    output_ += "two ";
    next();
  }

 private:
  void next() { steps_.pop_front(); }
  std::deque<Step> steps_;
  std::string output_ = "one ";
};

class Answers {
 public:
  int asked = 0;
  template <class Wanted>
  Task<base::Result<>> perform(Wanted, Talker& talker) {
    ++asked;
    talker.answered();
    co_return base::Result<>();
  }
};

class Writes final : public testing::StillStream {
 public:
  explicit Writes(std::vector<std::string>& seen) : seen_(seen) {}
  bool broken = false;
  Task<base::Result<std::size_t>> read_some(std::span<char>, base::Deadline) override {
    co_return std::size_t{1};
  }
  Task<base::Result<>> write(std::string_view bytes, base::Deadline) override {
    if (broken) co_return base::fail("connection-lost", "The connection is gone.");
    seen_.emplace_back(bytes);
    co_return base::Result<>();
  }
  void more_follows() override { seen_.emplace_back("(more follows) "); }
  void finish() override { seen_.emplace_back("(end)"); }

 private:
  std::vector<std::string>& seen_;
};

class RunDialogue : public ::testing::Test {
 protected:
  std::vector<std::string> run(std::deque<Step> steps, bool broken = false) {
    std::vector<std::string> seen;
    auto stream = std::make_unique<Writes>(seen);
    stream->broken = broken;
    Shard shard;
    Link link{.shard = shard, .stream = std::move(stream)};
    Talker talker(std::move(steps));
    std::array<char, 8> buffer{};
    shard.run_until_done(run_dialogue(link, talker, actor_, buffer));
    return seen;
  }

  Answers actor_;
};

TEST_F(RunDialogue, WritesBeforeAStepAndAgainAfterIt) {
  EXPECT_THAT(run({Ask{}, smtp::AwaitInput{}, smtp::Idle{}}), ElementsAre("one ", "two "));
}

TEST_F(RunDialogue, WritesOnceWhereTheAnswerBelongsToWhatWasSaid) {
  EXPECT_THAT(run({AskAtOnce{}, smtp::AwaitInput{}, smtp::Idle{}}), ElementsAre("one two "));
}

TEST_F(RunDialogue, LastWordsAreWrittenAfterEitherStep) {
  EXPECT_THAT(run({Ask{}, smtp::Finished{}}),
              ElementsAre("one ", "(more follows) ", "two ", "(end)"));
  EXPECT_THAT(run({AskAtOnce{}, smtp::Finished{}}),
              ElementsAre("(more follows) ", "one two ", "(end)"));
}

TEST_F(RunDialogue, AnAbruptEndIsAnnouncedToNobody) {
  EXPECT_THAT(run({smtp::Finished{.ending = smtp::Ending::abrupt}}), ElementsAre("one "));
}

TEST_F(RunDialogue, AConnectionThatIsGoneEndsTheDialogueBeforeTheStep) {
  EXPECT_THAT(run({Ask{}, smtp::AwaitInput{}, smtp::Finished{}}, true), IsEmpty());
  EXPECT_EQ(actor_.asked, 0);
}

}  // namespace
}  // namespace postern::net
