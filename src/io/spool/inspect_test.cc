// What is seen of a damaged queue from outside, and what is saved of it.
#include "io/spool/inspect.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "io/spool/segment_format.h"
#include "io/spool/testing/spool_world.h"

namespace postern::spool {
namespace {

using testing::body_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::SpoolWorld;

class InspectTest : public ::testing::Test, protected SpoolWorld {
 protected:
  void SetUp() override {
    ASSERT_TRUE(open());
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const auto accepted = put(body_of(seed == 2 ? 600'000 : 5'000, seed));
      ASSERT_TRUE(accepted);
      ids_.push_back(accepted->message);
    }
  }
  void TearDown() override { close(); }

  Inspection check() {
    auto folder = QueueFolder::open(settings.directory);
    EXPECT_TRUE(folder);
    return (*folder)->check();
  }
  Salvaged salvage() {
    auto folder = QueueFolder::open(settings.directory);
    auto saved = (*folder)->salvage(saved_to());
    EXPECT_TRUE(saved) << saved.error().text;
    return *saved;
  }
  std::string saved_to() const { return folder.path() + "/saved"; }
  std::string file(base::MessageId id, std::string_view ending) const {
    std::ifstream in(saved_to() + "/" + base::queue_id(id) + std::string(ending), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string segment() const { return settings.directory + "/segments/" + segment_name(1); }
  // Turns one byte of the first place where these bytes stand.
  void damage(const std::string& path, const std::string& bytes) {
    std::fstream both(path, std::ios::in | std::ios::out | std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(both), {}};
    const std::size_t at = content.find(bytes);
    ASSERT_NE(at, std::string::npos);
    both.clear();
    both.seekp(static_cast<std::streamoff>(at));
    both.put(static_cast<char>(content[at] ^ 0x40));
  }

  std::vector<base::MessageId> ids_;
};

TEST_F(InspectTest, ASoundQueueHasNoDamageAlsoWhileItRuns) {
  const Inspection found = check();
  EXPECT_THAT(found.damages, IsEmpty());
  EXPECT_EQ(found.messages, 3);
  EXPECT_EQ(found.deliveries, 3);
  EXPECT_EQ(found.body_bytes, 610'000);
  close();
  EXPECT_THAT(check().damages, IsEmpty());
}

TEST_F(InspectTest, AChangedByteIsNamedWithItsMessageFileAndPlace) {
  damage(segment(), body_of(600'000, 2).substr(300'000, 100));
  const Inspection found = check();
  ASSERT_EQ(found.damages.size(), 1U);
  EXPECT_EQ(found.damages[0].message, ids_[1]);
  EXPECT_EQ(found.damages[0].file, segment());
  EXPECT_GT(found.damages[0].offset, 0);
  EXPECT_THAT(found.damages[0].what, HasSubstr("have changed"));
}

TEST_F(InspectTest, ADamagedHeaderAndAMissingSegmentAreNamed) {
  damage(segment(), "PxT1");
  EXPECT_THAT(check().damages.at(0).what, HasSubstr("header"));
  close();
  std::filesystem::remove(segment());
  const Inspection found = check();
  EXPECT_EQ(found.messages, 3);
  EXPECT_GE(found.damages.size(), 3U);
  EXPECT_EQ(found.damages[0].file, segment());
}

TEST_F(InspectTest, SavesWhatIsSoundWithItsEnvelopeAndNamesWhatIsLost) {
  damage(segment(), body_of(5'000, 1).substr(100, 100));
  const Salvaged saved = salvage();
  EXPECT_EQ(saved.saved, 2);
  EXPECT_EQ(saved.without_envelope, 0);
  EXPECT_THAT(saved.lost, ElementsAre(ids_[0]));
  EXPECT_EQ(file(ids_[0], ".eml"), "");
  EXPECT_TRUE(file(ids_[1], ".eml") == body_of(600'000, 2));
  EXPECT_THAT(file(ids_[1], ".json"), HasSubstr(R"("sender":"sender@corp.example")"));
  EXPECT_THAT(file(ids_[1], ".json"), HasSubstr(R"("address":"user@a.example")"));
}

TEST_F(InspectTest, WithoutItsDatabaseTheBodiesAreSavedFromTheSegments) {
  close();
  std::ofstream(settings.directory + "/queue.db", std::ios::binary | std::ios::trunc)
      << std::string(8192, 'x');
  std::filesystem::remove(settings.directory + "/queue.db-wal");
  std::filesystem::remove(settings.directory + "/queue.db-shm");
  const Inspection found = check();
  ASSERT_FALSE(found.damages.empty());
  EXPECT_THAT(found.damages[0].file, HasSubstr("queue.db"));
  const Salvaged saved = salvage();
  EXPECT_EQ(saved.saved, 0);
  EXPECT_EQ(saved.without_envelope, 3);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    EXPECT_TRUE(file(ids_[seed - 1], ".eml") == body_of(seed == 2 ? 600'000 : 5'000, seed)) << seed;
  }
  EXPECT_THAT(file(ids_[0], ".json"), HasSubstr("envelope is lost"));
}

TEST_F(InspectTest, ADamagedPieceInTheMiddleEndsABodyThatHasNoEnvelope) {
  close();
  damage(segment(), body_of(600'000, 2).substr(300'000, 100));
  std::ofstream(settings.directory + "/queue.db", std::ios::binary | std::ios::trunc) << "x";
  const Salvaged saved = salvage();
  EXPECT_EQ(saved.without_envelope, 3);
  EXPECT_EQ(file(ids_[1], ".eml").size(), std::size_t(256 << 10));
}

TEST_F(InspectTest, AFolderThatIsNotThereIsSaid) {
  const auto folder = QueueFolder::open("/nowhere/queue");
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().text, HasSubstr("--data-dir"));
}

}  // namespace
}  // namespace postern::spool
