// The outbox between memory and rows: whatever it is asked, no evidence is left out.
#include "io/spool/outbox.h"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>

#include "io/spool/json_text.h"

namespace postern::spool {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Numbers = std::vector<std::int64_t>;

class OutboxTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "outbox-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    rows_ = std::make_unique<Connection>(connect());
    ASSERT_TRUE(rows_->execute("CREATE TABLE outbox (sequence INTEGER PRIMARY KEY, attempt TEXT)"));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] Connection connect() const {
    return *Connection::open(folder_ + "/queue.db", Connection::Access::read_write_create, nullptr);
  }
  [[nodiscard]] std::unique_ptr<Outbox> open(std::size_t held) const {
    return *Outbox::open(connect(), held);
  }
  static Spool::OutboxEntry entry(std::int64_t sequence, const std::string& detail) {
    Spool::OutboxEntry made;
    made.sequence = sequence;
    made.attempt.detail = detail;
    return made;
  }
  // As the writer does it: rows first. What comes from a row says so.
  void add(Outbox* outbox, std::int64_t first, std::int64_t last) {
    Outbox::Entries entries;
    for (std::int64_t number = first; number <= last; ++number) {
      auto insert = rows_->prepare("INSERT INTO outbox VALUES (?, ?)");
      ASSERT_TRUE(insert->run(number, attempt_json(entry(number, "row").attempt)));
      entries.push_back(entry(number, "memory"));
    }
    if (outbox != nullptr) outbox->added(std::move(entries));
  }
  void finish(Outbox& outbox, std::int64_t up_to) {
    auto remove = rows_->prepare("DELETE FROM outbox WHERE sequence <= ?");
    ASSERT_TRUE(remove->run(up_to));
    outbox.removed(up_to);
  }
  Numbers read(Outbox& outbox, std::size_t limit, const std::string& from) {
    Numbers numbers;
    const auto entries = outbox.read(limit);
    for (const auto& one : *entries) {
      numbers.push_back(one.sequence);
      EXPECT_EQ(one.attempt.detail, from) << one.sequence;
    }
    return numbers;
  }

  std::string folder_;
  std::unique_ptr<Connection> rows_;
};

TEST_F(OutboxTest, GivesWhatWasCommittedLatelyFromMemory) {
  auto outbox = open(10);
  add(outbox.get(), 1, 3);
  EXPECT_THAT(read(*outbox, 2, "memory"), ElementsAre(1, 2));
  finish(*outbox, 2);
  EXPECT_THAT(read(*outbox, 2, "memory"), ElementsAre(3));
  finish(*outbox, 3);
  EXPECT_THAT(read(*outbox, 2, "row"), IsEmpty());
}

TEST_F(OutboxTest, GivesTheRowsAgainOfWhatWasNotRecorded) {
  auto outbox = open(10);
  add(outbox.get(), 1, 3);
  EXPECT_THAT(read(*outbox, 2, "memory"), ElementsAre(1, 2));
  EXPECT_THAT(read(*outbox, 10, "row"), ElementsAre(1, 2, 3));
  finish(*outbox, 3);
  add(outbox.get(), 4, 4);
  EXPECT_THAT(read(*outbox, 10, "memory"), ElementsAre(4));
}

TEST_F(OutboxTest, BeginsWithTheRowsThatAnEarlierRunLeft) {
  add(nullptr, 1, 3);
  auto outbox = open(10);
  add(outbox.get(), 4, 5);
  EXPECT_THAT(read(*outbox, 2, "row"), ElementsAre(1, 2));
  finish(*outbox, 2);
  EXPECT_THAT(read(*outbox, 2, "row"), ElementsAre(3, 4));
  finish(*outbox, 4);
  EXPECT_THAT(read(*outbox, 2, "memory"), ElementsAre(5));
}

TEST_F(OutboxTest, ReadsRowsWhileMoreWaitsThanMemoryHolds) {
  auto outbox = open(3);
  add(outbox.get(), 1, 5);
  EXPECT_THAT(read(*outbox, 1, "row"), ElementsAre(1));
  finish(*outbox, 1);
  EXPECT_THAT(read(*outbox, 1, "row"), ElementsAre(2));
  finish(*outbox, 2);
  EXPECT_THAT(read(*outbox, 9, "memory"), ElementsAre(3, 4, 5));
}

}  // namespace
}  // namespace postern::spool
