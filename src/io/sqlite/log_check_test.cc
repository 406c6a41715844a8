#include "io/sqlite/log_check.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace postern::sqlite {
namespace {

constexpr std::size_t kHeaderBytes = 32;
constexpr std::size_t kFrameBytes = 24 + 4096;

// A database with a log of a few commits; each test changes the log's bytes as a disk might.
class LogCheck : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "log-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    ASSERT_EQ(sqlite3_open((folder_ + "/a.db").c_str(), &database_), SQLITE_OK);
    execute("PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; CREATE TABLE t (x)");
    for (int i = 0; i < 3; ++i) commit(1);
  }
  void TearDown() override {
    sqlite3_close(database_);
    std::filesystem::remove_all(folder_);
  }

  void execute(const std::string& sql) const {
    ASSERT_EQ(sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sql;
  }
  // One transaction that writes that many pages, at least.
  void commit(int pages) const {
    execute("BEGIN");
    for (int i = 0; i < pages; ++i) execute("INSERT INTO t VALUES (randomblob(3000))");
    execute("COMMIT");
  }
  [[nodiscard]] std::string bytes() const {
    std::ifstream file(folder_ + "/a.db-wal", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] std::optional<LogDamage> check(const std::string& log) const {
    std::ofstream(folder_ + "/other-wal", std::ios::binary) << log;
    return check_log(folder_ + "/other-wal");
  }
  static void change(std::string& log, std::size_t frame) {
    log.at(kHeaderBytes + frame * kFrameBytes + 100) ^= 1;
  }
  [[nodiscard]] static std::size_t frames(const std::string& log) {
    return (log.size() - kHeaderBytes) / kFrameBytes;
  }

  std::string folder_;
  sqlite3* database_ = nullptr;
};

TEST_F(LogCheck, FindsNothingWrongInAWholeLogOrInNone) {
  EXPECT_FALSE(check(bytes()));
  EXPECT_FALSE(check_log(folder_ + "/missing-wal"));
  EXPECT_FALSE(check(""));
}

TEST_F(LogCheck, NamesThePlaceAndCountsTheCommitsBehindIt) {
  const std::size_t place = frames(bytes());
  for (int i = 0; i < 3; ++i) commit(1);
  std::string log = bytes();
  const std::size_t frames_of_three = frames(log) - place;
  ASSERT_EQ(frames_of_three % 3, 0U);
  change(log, place);
  const auto damage = check(log);
  ASSERT_TRUE(damage);
  EXPECT_EQ(damage->offset, static_cast<std::int64_t>(kHeaderBytes + place * kFrameBytes));
  // The commit whose first frame changed is lost too, unless that was its only one.
  EXPECT_EQ(damage->commits, frames_of_three == 3 ? 2 : 3);
}

TEST_F(LogCheck, TakesATornLastCommitForAPowerCut) {
  const std::size_t place = frames(bytes());
  commit(5);
  std::string log = bytes();
  change(log, place);
  EXPECT_FALSE(check(log));
}

TEST_F(LogCheck, TakesThePiecesOfTwoPowerCutsForWhatTheyAre) {
  const std::string before = bytes();
  std::filesystem::copy(folder_ + "/a.db", folder_ + "/b.db");
  commit(12);
  std::string longer = bytes();  // the first power cut: its first pages did not reach the disk
  execute("DELETE FROM t WHERE rowid > 3");
  // The second, of a shorter commit at the same place, after the same frames.
  std::ofstream(folder_ + "/b.db-wal", std::ios::binary) << before;
  sqlite3_close(database_);
  ASSERT_EQ(sqlite3_open((folder_ + "/b.db").c_str(), &database_), SQLITE_OK);
  commit(5);
  std::ifstream file(folder_ + "/b.db-wal", std::ios::binary);
  std::string log{std::istreambuf_iterator<char>(file), {}};
  ASSERT_LT(log.size() + 2 * kFrameBytes, longer.size());
  ASSERT_EQ(log.substr(0, before.size()), before);
  change(log, frames(before));
  EXPECT_FALSE(check(log + longer.substr(log.size())));
}

}  // namespace
}  // namespace postern::sqlite
