#include "io/records/schema.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "io/records/temporary_records.h"

namespace postern::records {
namespace {

using testing::HasSubstr;

std::unique_ptr<Database> new_file(const TemporaryFolder& folder) {
  ::close(::open(folder.file().c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
  return Database::open(folder.file(), 1000).value();
}

std::vector<std::string> tables_of(const std::string& path) {
  std::vector<std::string> lines;
  auto database = Database::open(path, 1000).value();
  Query q = database->query("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name");
  while (q.next()) lines.push_back(std::string(q.text(0)) + " " + std::string(q.text(2)));
  EXPECT_TRUE(q.finish());
  return lines;
}

TEST(Schema, NumbersItsMigrationsFromOneWithoutAGap) {
  int expected = 1;
  for (const Migration& step : migrations()) EXPECT_EQ(step.version, expected++);
}

TEST(Schema, ComesToTheSameEndFromEveryOldVersionAndKeepsWhatWasThere) {
  const TemporaryFolder fresh;
  open_records(fresh);
  const auto expected = tables_of(fresh.file());
  for (std::size_t old = 1; old <= migrations().size(); ++old) {
    const TemporaryFolder folder;
    {
      auto database = new_file(folder);
      ASSERT_TRUE(migrate(*database, migrations().first(old)));
      EXPECT_EQ(database->number("PRAGMA user_version").value(), static_cast<std::int64_t>(old));
      ASSERT_TRUE(database->execute(
          "INSERT INTO accounts (id, name, title, ca_bundle) VALUES (7, 'old', 'Old Ltd', '')"));
    }
    auto records = open_records(folder);
    ASSERT_NE(records, nullptr);
    EXPECT_EQ(tables_of(folder.file()), expected) << "from version " << old;
    ASSERT_EQ(records->load()->accounts.size(), 1u);
    EXPECT_EQ(records->load()->accounts[0].title, "Old Ltd");
  }
}

TEST(Schema, IsRefusedWhenANewerProgramWroteIt) {
  const TemporaryFolder folder;
  open_records(folder);
  ASSERT_TRUE(Database::open(folder.file(), 1000).value()->execute("PRAGMA user_version = 99"));
  const auto opened = Records::open(folder.file());
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().text, HasSubstr("written by a newer Postern (schema 99"));
}

TEST(Schema, IsNotPutIntoTheDatabaseOfAnotherProgram) {
  const TemporaryFolder folder;
  ASSERT_TRUE(new_file(folder)->execute("CREATE TABLE theirs (x INTEGER)"));
  const auto opened = Records::open(folder.file());
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().text, HasSubstr("a database of another program"));
  EXPECT_THAT(tables_of(folder.file()), testing::SizeIs(1));
}

TEST(Schema, LeavesTheOldVersionWhenAStepFails) {
  const TemporaryFolder folder;
  auto database = new_file(folder);
  const Migration broken[] = {
      {1, "the first", "CREATE TABLE one (x INTEGER) STRICT"},
      {2, "the second", "CREATE TABLE two (x INTEGER) STRICT; SELECT nothing"}};
  const auto migrated = migrate(*database, broken);
  ASSERT_FALSE(migrated);
  EXPECT_THAT(migrated.error().text, HasSubstr("schema 2 (the second) failed"));
  EXPECT_EQ(database->number("PRAGMA user_version").value(), 1);
  EXPECT_EQ(database->number("SELECT count(*) FROM sqlite_schema").value(), 1);
}

}  // namespace
}  // namespace postern::records
