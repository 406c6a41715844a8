#include "io/records/copy.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "io/records/records.h"
#include "io/records/temporary_records.h"

namespace postern::records {
namespace {

TEST(CopyRecords, MakesRecordsThatOpenWithTheirAuditLogWhileTheOldOnesAreOpen) {
  const TemporaryFolder folder;
  const auto records = open_records(folder);
  ASSERT_TRUE(copy_records(folder.file("records.db"), folder.file("copy.db")));
  auto copy = Records::open(folder.file("copy.db"));
  ASSERT_TRUE(copy);
  EXPECT_EQ((*copy)->audit_verify()->head, records->audit_verify()->head);
}

TEST(CopyRecords, IsReadableByItsOwnerOnlyAndOverwritesNothing) {
  const TemporaryFolder folder;
  const auto records = open_records(folder);
  ASSERT_TRUE(copy_records(folder.file("records.db"), folder.file("copy.db")));
  struct stat info{};
  ASSERT_EQ(::stat(folder.file("copy.db").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0600u);
  EXPECT_FALSE(copy_records(folder.file("records.db"), folder.file("copy.db")));
}

}  // namespace
}  // namespace postern::records
