// A queue that is looked through and copied, whole and damaged, open and closed.
#include "io/spool/copy.h"

#include <gmock/gmock.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "io/spool/check.h"
#include "io/spool/testing/spool_world.h"
#include "io/sqlite/log_check.h"

namespace postern::spool {
namespace {

using testing::attempt_with;
using testing::body_of;
using ::testing::IsEmpty;
using testing::read_all;
using ::testing::SizeIs;
using testing::SpoolWorld;
using testing::to;

constexpr std::size_t kSeveralExtents = 700'000;

class CopyTest : public ::testing::Test, protected SpoolWorld {
 protected:
  void SetUp() override { ASSERT_TRUE(open()); }

  [[nodiscard]] std::string copied() const { return folder.path() + "/copy"; }
  [[nodiscard]] std::string segment() const {
    return settings.directory + "/segments/" + segment_name(1);
  }
  // One byte of the file becomes another.
  static void damage(const std::string& path, std::int64_t at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const int byte = file.get();
    file.seekp(at);
    file.put(static_cast<char>(byte ^ 1));
  }
  std::string body_in_copy(base::MessageId id) {
    close();
    settings.directory = copied();
    EXPECT_TRUE(open());
    auto reader = wait(spool->body(shard, id));
    EXPECT_TRUE(reader) << reader.error().text;
    return reader ? read_all(**reader).value() : std::string();
  }
};

TEST_F(CopyTest, FindsAWholeQueueWholeWhileItIsOpen) {
  static_cast<void>(put(mail(body_of(kSeveralExtents, 1), {to("a.example"), to("b.example")})));
  static_cast<void>(put(mail("", {to("a.example")})));
  const auto check = check_queue(settings.directory);
  ASSERT_TRUE(check);
  EXPECT_THAT(check->damages, IsEmpty());
  EXPECT_EQ(check->messages, 2);
  EXPECT_EQ(check->bytes, static_cast<std::int64_t>(kSeveralExtents));
}

TEST_F(CopyTest, NamesFilePlaceAndMessageOfAChangedByte) {
  const auto stored = put(mail(body_of(1000, 1), {to("a.example")}));
  static_cast<void>(put(mail(body_of(1000, 2), {to("a.example")})));
  damage(segment(), kFileHeaderBytes + kExtentHeaderBytes + 500);
  const auto check = check_queue(settings.directory);
  ASSERT_TRUE(check);
  ASSERT_THAT(check->damages, SizeIs(1));
  EXPECT_EQ(check->damages[0].file, segment());
  EXPECT_EQ(check->damages[0].offset, kFileHeaderBytes);
  EXPECT_EQ(check->damages[0].message, stored->message);
}

TEST_F(CopyTest, NamesAMissingSegment) {
  static_cast<void>(put(mail(body_of(1000, 1), {to("a.example")})));
  close();
  std::filesystem::remove(segment());
  const auto check = check_queue(settings.directory);
  ASSERT_TRUE(check);
  EXPECT_THAT(check->damages, SizeIs(1));
}

TEST_F(CopyTest, CopiesMessagesWithTheirIdsAndTheEvidenceThatWaits) {
  auto sent = mail(body_of(kSeveralExtents, 3), {to("a.example"), to("b.example")});
  sent.evidence = {attempt_with("received")};
  const auto stored = put(std::move(sent));
  const auto copy = copy_queue(settings.directory, copied(), CopyWhat::whole_messages);
  ASSERT_TRUE(copy) << copy.error().text;
  EXPECT_EQ(copy->messages, 1);
  EXPECT_EQ(copy->deliveries, 2);
  EXPECT_EQ(copy->evidence, 1);
  EXPECT_THAT(copy->damages, IsEmpty());
  EXPECT_EQ(body_in_copy(stored->message), body_of(kSeveralExtents, 3));
  EXPECT_EQ(spool->outbox(10).value()[0].attempt.detail, "received");
  EXPECT_THAT(wait(spool->message(shard, stored->message))->deliveries, SizeIs(2));
}

TEST_F(CopyTest, LeavesOutADamagedMessageAndSavesWhatIsLeftOfIt) {
  const auto bad = put(mail(body_of(kSeveralExtents, 1), {to("a.example")}));
  const auto good = put(mail(body_of(1000, 2), {to("a.example")}));
  damage(segment(), kFileHeaderBytes + kExtentHeaderBytes + 500);  // in its first extent
  close();
  const auto copy = copy_queue(settings.directory, copied(), CopyWhat::everything_readable);
  ASSERT_TRUE(copy) << copy.error().text;
  EXPECT_EQ(copy->messages, 1);
  const std::string left = copied() + "/damaged/" + base::queue_id(bad->message) + ".eml";
  EXPECT_EQ(std::filesystem::file_size(left), kSeveralExtents - kExtentBytes);
  EXPECT_THAT(copy->loose, SizeIs(2));
  EXPECT_EQ(body_in_copy(good->message), body_of(1000, 2));
}

TEST_F(CopyTest, SavesBodiesWhenTheDatabaseCannotBeRead) {
  const auto stored = put(mail(body_of(kSeveralExtents, 1), {to("a.example")}));
  close();
  std::ofstream(settings.directory + "/queue.db") << std::string(8192, 'x');
  const auto copy = copy_queue(settings.directory, copied(), CopyWhat::everything_readable);
  ASSERT_TRUE(copy) << copy.error().text;
  EXPECT_EQ(copy->messages, 0);
  ASSERT_THAT(copy->loose, SizeIs(1));
  EXPECT_EQ(std::filesystem::file_size(copy->loose[0]), kSeveralExtents);
}

// As if it had been killed: the log is where it was, with a commit for each message.
class CopyLogTest : public CopyTest {
 protected:
  void SetUp() override {
    CopyTest::SetUp();
    for (int i = 0; i < 8; ++i) {
      log_size_[static_cast<std::size_t>(i)] = std::filesystem::file_size(log());
      ids_.push_back(put(mail(body_of(500, 1), {to("a.example")}))->message);
    }
    const auto killed = folder.path() + "/killed";
    std::filesystem::copy(settings.directory, killed, std::filesystem::copy_options::recursive);
    close();
    settings.directory = killed;
    std::filesystem::remove(killed + "/queue.db-shm");
  }
  [[nodiscard]] std::string log() const { return settings.directory + "/queue.db-wal"; }

  std::array<std::uintmax_t, 8> log_size_{};  // before each message
  std::vector<base::MessageId> ids_;
};

TEST_F(CopyLogTest, AWholeLogOpens) {
  EXPECT_FALSE(sqlite::check_log(log()));
  EXPECT_TRUE(open());
}

TEST_F(CopyLogTest, ADamagedLogIsNamedAndNotOpenedAndEveryBodyIsSaved) {
  damage(log(), static_cast<std::int64_t>(log_size_[3]) + 100);
  const auto check = check_queue(settings.directory);
  ASSERT_TRUE(check);
  ASSERT_THAT(check->damages, SizeIs(1));
  EXPECT_EQ(check->damages[0].file, log());
  EXPECT_EQ(check->damages[0].offset, static_cast<std::int64_t>(log_size_[3]));
  EXPECT_EQ(open().error().code, "queue-damaged");
  const auto copy = copy_queue(settings.directory, copied(), CopyWhat::everything_readable);
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->messages, 3);
  EXPECT_THAT(copy->loose, SizeIs(5));
}

TEST_F(CopyLogTest, ALastCommitThatAPowerCutToreIsNoDamage) {
  damage(log(), static_cast<std::int64_t>(log_size_[7]) + 100);
  EXPECT_FALSE(sqlite::check_log(log()));
  EXPECT_TRUE(open());
}

TEST_F(CopyTest, DoesNotCopyIntoAQueue) {
  const auto copy = copy_queue(settings.directory, settings.directory, CopyWhat::whole_messages);
  ASSERT_FALSE(copy);
  EXPECT_EQ(copy.error().code, "folder-in-use");
}

}  // namespace
}  // namespace postern::spool
