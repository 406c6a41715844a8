// What the spool answers when its disk is full, fails, or writes short, and how it goes on.
#include <gtest/gtest.h>

#include <algorithm>

#include <fstream>

#include "io/spool/testing/faulty_disk.h"
#include "io/spool/testing/spool_world.h"

namespace postern::spool {
namespace {

using testing::attempt_with;
using testing::body_of;
using testing::Faults;
using testing::FaultyFiles;
using testing::SpoolWorld;
using testing::to;

class DiskFaults : public ::testing::Test, protected SpoolWorld {
 protected:
  void SetUp() override { ASSERT_TRUE(open_faulty()); }
  void TearDown() override { close(); }
  [[nodiscard]] base::Result<> open_faulty() { return open(std::make_unique<FaultyFiles>(faults)); }

  struct Stored {
    base::MessageId id;
    std::size_t size;
    std::uint64_t seed;
  };
  // Tries to store `count` messages of mixed sizes; remembers those that were acknowledged.
  void try_to_store(int count) {
    static constexpr std::size_t kSizes[] = {900, 20'000, 700'000, 0, 262'145};
    for (int i = 0; i < count; ++i) {
      const std::uint64_t seed = ++seeds_;
      const std::size_t size = kSizes[seed % std::size(kSizes)];
      const auto accepted = put(body_of(size, seed));
      if (accepted) {
        stored.push_back({accepted->message, size, seed});
      } else {
        failures.push_back(accepted.error().code);
      }
    }
  }
  void expect_all_acknowledged() {
    EXPECT_EQ(counts().messages, static_cast<std::int64_t>(stored.size()));
    for (const Stored& message : stored) {
      const auto read = body(message.id);
      ASSERT_TRUE(read) << message.seed << ": " << read.error().text;
      ASSERT_TRUE(*read == body_of(message.size, message.seed)) << message.seed;
    }
  }
  // As they are now, and as they are after a restart.
  void expect_intact() {
    expect_all_acknowledged();
    close();
    ASSERT_TRUE(open_faulty());
    expect_all_acknowledged();
    EXPECT_EQ(all_due().size(), stored.size());
  }

  Faults faults;
  std::vector<Stored> stored;
  std::vector<std::string> failures;

 private:
  std::uint64_t seeds_ = 0;
};

TEST_F(DiskFaults, AFullDiskIsAnsweredAndRecoversWhenSpaceReturns) {
  try_to_store(5);
  faults.fill();
  try_to_store(10);
  EXPECT_EQ(failures, std::vector<std::string>(10, "disk-full"));
  faults.drain();
  try_to_store(5);
  EXPECT_EQ(stored.size(), 10u);
  expect_intact();
}

TEST_F(DiskFaults, AFullDiskAtEveryKthWriteLosesNothingAcknowledged) {
  for (const int k : {2, 3, 5, 7}) {
    faults.full_on_write.each(k);
    try_to_store(30);
    faults.drain();
    try_to_store(1);
  }
  EXPECT_FALSE(failures.empty());
  for (const auto& code : failures) EXPECT_EQ(code, "disk-full");
  expect_intact();
}

TEST_F(DiskFaults, ADatabaseThatIsFullAtEveryKthWriteLosesNothingAcknowledged) {
  for (const int k : {2, 3, 5, 11, 17}) {
    faults.database_full_on_write.each(k);
    try_to_store(20);
    faults.drain();
    try_to_store(1);
  }
  EXPECT_FALSE(failures.empty());
  for (const auto& code : failures) EXPECT_EQ(code, "disk-full");
  expect_intact();
}

TEST_F(DiskFaults, ADatabaseThatFailsAtEveryKthWriteOrSyncLosesNothingAcknowledged) {
  for (const int k : {2, 3, 5, 11, 17}) {
    faults.database_error_on_write.each(k);
    try_to_store(15);
    faults.database_error_on_write.never();
    faults.database_error_on_sync.each(k);
    try_to_store(15);
    faults.database_error_on_sync.never();
    try_to_store(1);
  }
  EXPECT_FALSE(failures.empty());
  for (const auto& code : failures) EXPECT_EQ(code, "disk-error");
  expect_intact();
}

TEST_F(DiskFaults, AWriteErrorIsAnsweredAndAnotherSegmentIsUsed) {
  try_to_store(3);
  faults.error_on_write.each(3);
  try_to_store(30);
  faults.error_on_write.never();
  try_to_store(3);
  EXPECT_FALSE(failures.empty());
  for (const auto& code : failures) EXPECT_EQ(code, "disk-error");
  expect_intact();
}

TEST_F(DiskFaults, AWriteThatFailsFailsEverybodyWhoSharedIt) {
  // Batches that fill several segments: a write may fail in the middle of one.
  for (const int k : {2, 3, 5}) {
    faults.error_on_write.each(k);
    std::vector<testing::Mail> mails;
    for (std::uint64_t i = 0; i < 25; ++i) {
      mails.push_back(
          mail(body_of(200'000, 1000 * static_cast<std::uint64_t>(k) + i), {to("a.example")}));
    }
    const auto results = put_all(std::move(mails));
    faults.error_on_write.never();
    for (std::uint64_t i = 0; i < 25; ++i) {
      if (!results[i]) {
        failures.push_back(results[i].error().code);
        continue;
      }
      const std::uint64_t seed = 1000 * static_cast<std::uint64_t>(k) + i;
      stored.push_back({results[i]->message, 200'000, seed});
    }
  }
  EXPECT_FALSE(failures.empty());
  EXPECT_FALSE(stored.empty());
  expect_intact();
}

TEST_F(DiskFaults, ShortWritesAreContinued) {
  faults.short_writes = true;
  try_to_store(20);
  EXPECT_TRUE(failures.empty());
  expect_intact();
}

TEST_F(DiskFaults, ASegmentWhoseSyncFailedGetsNoFurtherBytes) {
  const auto before = put("synced");
  const auto names_before = segment_files();
  faults.error_on_sync.each(1);
  EXPECT_EQ(put("lost").error().code, "disk-error");
  faults.error_on_sync.never();
  const auto after = put("synced again");
  ASSERT_TRUE(after);
  // The keeper may have made the new one at once, and gathered the others away meanwhile; what
  // counts is that there is one that was not there before the fault.
  const auto is_new = [&](const auto& name) {
    return std::ranges::find(names_before, name) == names_before.end();
  };
  EXPECT_TRUE(std::ranges::any_of(segment_files(), is_new));
  EXPECT_EQ(*body(before->message), "synced");
  EXPECT_EQ(*body(after->message), "synced again");
}

TEST_F(DiskFaults, AFailedSyncFailsUploadsThatHaveUnsyncedBytesInThatSegment) {
  auto upload = spool->begin(shard);
  const std::string bytes = body_of(600'000, 1);
  ASSERT_TRUE(wait(upload->append(bytes)));
  faults.error_on_sync.each(1);
  EXPECT_EQ(put("bystander").error().code, "disk-error");
  faults.error_on_sync.never();
  const auto accepted =
      wait(spool->commit(shard, std::move(upload), envelope, {to("a.example")}, {}));
  ASSERT_FALSE(accepted);
  EXPECT_EQ(accepted.error().code, "disk-error");
  EXPECT_EQ(counts().messages, 0);
}

TEST_F(DiskFaults, FailedSyncsAtEveryKthTimeLoseNothingAcknowledged) {
  for (const int k : {2, 3, 4}) {
    faults.error_on_sync.each(k);
    try_to_store(20);
    faults.error_on_sync.never();
  }
  EXPECT_FALSE(failures.empty());
  expect_intact();
}

TEST_F(DiskFaults, BelowTheReserveNewMailIsRefusedButDeliveriesAreSettled) {
  close();
  settings.reserve_bytes = 64 << 20;
  faults.free_bytes = 1 << 30;
  ASSERT_TRUE(open_faulty());
  const auto accepted = put("body");
  ASSERT_TRUE(accepted);
  faults.free_bytes = (64 << 20) - 1;
  EXPECT_EQ(put("refused").error().code, "disk-full");
  EXPECT_EQ(put(body_of(2'000'000, 1)).error().code, "disk-full");

  Settlement settlement;
  settlement.delivery = accepted->deliveries[0].id;
  settlement.evidence = {attempt_with("bounced")};
  Settlement::Notice bounce;
  bounce.envelope = envelope;
  bounce.destinations = {to("corp.example")};
  bounce.body = "could not be delivered";
  settlement.notices = {bounce};
  const auto added = wait(spool->settle(shard, settlement));
  ASSERT_EQ(added->size(), 1u);
  EXPECT_EQ(*body((*added)[0].message), "could not be delivered");

  faults.free_bytes = 64 << 20;
  EXPECT_TRUE(put("accepted again"));
}

TEST_F(DiskFaults, ADiskWithoutRoomForAWholeSegmentStillTakesASmallOne) {
  close();
  settings.segment_bytes = 64 << 20;
  faults.largest_file = 3 << 20;
  ASSERT_TRUE(open_faulty());
  const auto accepted = put("body");
  ASSERT_TRUE(accepted);
  EXPECT_EQ(*body(accepted->message), "body");
}

TEST_F(DiskFaults, ASettlementThatFailsLeavesTheDeliveryAsItWas) {
  const auto accepted = put("body");
  faults.database_full_on_write.each(1);
  EXPECT_EQ(finish(accepted->deliveries[0].id).error().code, "disk-full");
  faults.drain();
  EXPECT_EQ(all_due().size(), 1u);
  EXPECT_EQ(*body(accepted->message), "body");
  ASSERT_TRUE(finish(accepted->deliveries[0].id));
  EXPECT_EQ(counts().messages, 0);
}

TEST_F(DiskFaults, ABodyThatChangedOnTheDiskIsNotGivenOutWhole) {
  const std::string original = body_of(300'000, 1);
  const auto accepted = put(original);
  close();
  for (const auto& name : segment_files()) {
    std::fstream file(name, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(290'000);
    file.put(static_cast<char>(file.peek() ^ 1));
  }
  ASSERT_TRUE(open_faulty());
  auto reader = wait(spool->body(shard, accepted->message));
  ASSERT_TRUE(reader);
  const auto all = testing::read_all(**reader);
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().code, "body-unreadable");
}

TEST_F(DiskFaults, ABodyWhoseSegmentIsMissingIsUnreadableAndTheOthersAreServed) {
  const auto lost = put("lost");
  close();
  for (const auto& name : segment_files()) std::filesystem::remove(name);
  ASSERT_TRUE(open_faulty());
  const auto kept = put("kept");
  EXPECT_EQ(body(lost->message).error().code, "body-unreadable");
  EXPECT_EQ(*body(kept->message), "kept");
}

TEST_F(DiskFaults, AReadErrorIsAFailureAndNotAShortBody) {
  const auto accepted = put(body_of(50'000, 1));
  faults.error_on_read.each(3);
  EXPECT_EQ(body(accepted->message).error().code, "body-unreadable");
  faults.error_on_read.never();
  EXPECT_TRUE(*body(accepted->message) == body_of(50'000, 1));
}

}  // namespace
}  // namespace postern::spool
