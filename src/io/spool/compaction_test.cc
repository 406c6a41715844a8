// Disk space comes back after a backlog, and nobody who reads meanwhile is disturbed.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "io/spool/testing/faulty_disk.h"
#include "io/spool/testing/spool_world.h"

namespace postern::spool {
namespace {

using testing::body_of;
using testing::SpoolWorld;
using testing::to;

constexpr std::size_t kBodyBytes = 40'000;
constexpr int kMessages = 200;  // eight segments of 1 MiB
// What 20 messages may take: three times their size, and the segment in use.
constexpr std::int64_t kBoundFor20 = 3 * 20 * static_cast<std::int64_t>(kBodyBytes) + (1 << 20);

class CompactionTest : public ::testing::Test, protected SpoolWorld {
 protected:
  void SetUp() override {
    ASSERT_TRUE(open(std::make_unique<testing::FaultyFiles>(faults)));
    std::vector<testing::Mail> mails;
    for (std::uint64_t i = 0; i < kMessages; ++i) {
      mails.push_back(mail(body_of(kBodyBytes, i), {to("a.example")}));
    }
    for (auto& accepted : put_all(std::move(mails))) {
      ASSERT_TRUE(accepted);
      backlog.push_back(std::move(*accepted));
    }
  }
  void TearDown() override { close(); }

  // Settles all but every nth, in random order.
  void drain_but_every(int nth) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < backlog.size(); ++i) {
      if (nth == 0 || i % static_cast<std::size_t>(nth) != 0) order.push_back(i);
    }
    std::ranges::shuffle(order, std::mt19937(1));
    std::vector<base::DeliveryId> ids;
    for (const std::size_t i : order) ids.push_back(backlog[i].deliveries[0].id);
    for (const auto& settled : finish_all(ids)) ASSERT_TRUE(settled);
  }
  // Commits keep coming in, as in life, until the files have shrunk to this.
  void trickle_until_below(std::int64_t bytes) {
    for (int i = 0; i < 10'000 && segment_bytes_on_disk() > bytes; ++i) {
      const auto passing = put("passing through");
      ASSERT_TRUE(passing);
      ASSERT_TRUE(finish(passing->deliveries[0].id));
    }
    EXPECT_LE(segment_bytes_on_disk(), bytes);
  }
  void expect_survivors(int nth) {
    for (std::size_t i = 0; i < backlog.size(); i += static_cast<std::size_t>(nth)) {
      ASSERT_TRUE(*body(backlog[i].message) == body_of(kBodyBytes, i)) << i;
    }
  }

  testing::Faults faults;
  std::vector<Accepted> backlog;
};

TEST_F(CompactionTest, SegmentsWithoutLivingMessagesAreRemoved) {
  EXPECT_GE(segment_bytes_on_disk(), kMessages * static_cast<std::int64_t>(kBodyBytes));
  drain_but_every(0);
  trickle_until_below(1 << 20);
}

TEST_F(CompactionTest, SegmentsWithFewLivingMessagesAreGatheredIntoOne) {
  drain_but_every(10);  // 20 messages of 40 kB are left
  trickle_until_below(kBoundFor20);
  expect_survivors(10);
  close();
  ASSERT_TRUE(open());
  expect_survivors(10);
  EXPECT_EQ(all_due().size(), 20u);
  EXPECT_EQ(counts().bytes, 20 * static_cast<std::int64_t>(kBodyBytes));
}

TEST_F(CompactionTest, AReaderKeepsItsBytesWhileTheirSegmentGoes) {
  auto reader = wait(spool->body(shard, backlog[0].message));
  ASSERT_TRUE(reader);
  std::string first(1000, '\0');
  ASSERT_EQ(*(*reader)->read(first), 1000u);
  drain_but_every(10);
  trickle_until_below(kBoundFor20);
  const auto rest = testing::read_all(**reader);
  ASSERT_TRUE(rest);
  EXPECT_EQ(first + *rest, body_of(kBodyBytes, 0));
}

TEST_F(CompactionTest, LeavesSegmentsAloneThatAreMostlyAlive) {
  const auto before = segment_files();
  drain_but_every(2);
  const auto names = segment_files();
  // Half is alive: the eight old segments stay.
  for (const auto& name : before) EXPECT_EQ(std::ranges::count(names, name), 1) << name;
  expect_survivors(2);
}

TEST_F(CompactionTest, KeepsWhatItCannotReadWhereItIs) {
  faults.error_on_read.each(1);
  drain_but_every(10);
  for (int i = 0; i < 100; ++i) {
    const auto passing = put("passing through");
    ASSERT_TRUE(finish(passing->deliveries[0].id));
  }
  faults.error_on_read.never();
  expect_survivors(10);
}

TEST_F(CompactionTest, TellsTheDiskSpaceThatIsReallyUsed) {
  close();
  ASSERT_TRUE(open());
  ASSERT_TRUE(put("one more"));
  std::int64_t used = segment_bytes_on_disk();
  for (const char* name : {"/queue.db", "/queue.db-wal", "/queue.db-shm"}) {
    used += static_cast<std::int64_t>(std::filesystem::file_size(settings.directory + name));
  }
  EXPECT_EQ(counts().disk_bytes, used);
}

TEST_F(CompactionTest, TheDatabaseShrinksWithItsQueue) {
  std::vector<testing::Mail> mails(5000, mail("body", {to("a.example")}));
  for (auto& one : mails) one.envelope.from_host.assign(3000, 'x');
  std::vector<base::DeliveryId> ids;
  for (const auto& accepted : put_all(std::move(mails))) {
    ids.push_back(accepted->deliveries[0].id);
  }
  const auto database_bytes = [this] {
    return static_cast<std::int64_t>(std::filesystem::file_size(settings.directory + "/queue.db"));
  };
  close();
  ASSERT_TRUE(open());
  const std::int64_t full = database_bytes();
  EXPECT_GT(full, 16 << 20);
  for (const auto& settled : finish_all(ids)) ASSERT_TRUE(settled);
  drain_but_every(0);
  for (int i = 0; i < 10'000 && database_bytes() > full / 2; ++i) {
    const auto passing = put(body_of(100'000, 1));
    ASSERT_TRUE(finish(passing->deliveries[0].id));
  }
  EXPECT_LE(database_bytes(), full / 2);
}

TEST_F(CompactionTest, GathersTheSmallSegmentsThatManyRestartsLeave) {
  drain_but_every(0);
  std::vector<Accepted> kept;
  for (int i = 0; i < 20; ++i) {
    kept.push_back(*put(body_of(100, static_cast<std::uint64_t>(i))));
    close();
    ASSERT_TRUE(open());
  }
  std::size_t files = segment_files().size();
  for (int i = 0; i < 10'000 && files > 10; ++i) {
    const auto passing = put("passing through");
    ASSERT_TRUE(finish(passing->deliveries[0].id));
    files = segment_files().size();
  }
  EXPECT_LE(files, 10u);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    EXPECT_TRUE(*body(kept[i].message) == body_of(100, i));
  }
}

}  // namespace
}  // namespace postern::spool
