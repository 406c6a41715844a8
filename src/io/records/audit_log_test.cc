#include "io/records/audit_log.h"

#include <gmock/gmock.h>

#include "io/records/temporary_records.h"

namespace postern::records {
namespace {

using testing::HasSubstr;
using testing::Not;

// Someone with the file in hand and the triggers out of the way.
void tamper(const TemporaryFolder& folder, const std::string& script) {
  auto database = Database::open(folder.file(), 1000).value();
  ASSERT_TRUE(
      database->execute("DROP TRIGGER audit_keeps_entries; DROP TRIGGER audit_keeps_words;"
                        "DROP TRIGGER audit_head_grows; DROP TRIGGER audit_keeps_head;"));
  const auto done = database->execute(script);
  ASSERT_TRUE(done) << done.error().text;
}

// Entry 1 is the account main; these are 2 to 6.
std::unique_ptr<Records> five_changes(const TemporaryFolder& folder) {
  auto records = open_records(folder);
  for (const char* name : {"a.example", "b.example", "c.example", "d.example", "e.example"}) {
    EXPECT_TRUE(put_one(*records, policy_for(name)));
  }
  return records;
}

TEST(AuditLog, TellsWhoDidWhatWithBeforeAndAfter) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  policy::Policy policy = policy_for("example.com");
  policy.id = put_one(*records, policy).value();
  policy.mode = tls::Mode::relaxed;
  ASSERT_TRUE(put_one(*records, policy));
  ASSERT_TRUE(remove_one(*records, policy.id));

  const auto log = records->audit_log(1, 100).value();
  ASSERT_EQ(log.size(), 3u);
  EXPECT_EQ(log[0].sequence, 2);
  EXPECT_EQ(log[0].action, "policy.add");
  EXPECT_EQ(log[0].object, "policy example.com");
  EXPECT_EQ(log[0].actor, "user:anna");
  EXPECT_EQ(log[0].via, "api");
  EXPECT_EQ(log[0].account, kMain);
  EXPECT_EQ(log[0].time, kNow);
  EXPECT_EQ(log[0].before, "");
  EXPECT_EQ(log[1].action, "policy.set");
  EXPECT_EQ(log[1].before, log[0].after);
  EXPECT_THAT(log[1].before, HasSubstr(R"("mode":"strict")"));
  EXPECT_THAT(log[1].after, HasSubstr(R"("mode":"relaxed")"));
  EXPECT_EQ(log[2].action, "policy.remove");
  EXPECT_EQ(log[2].before, log[1].after);
  EXPECT_EQ(log[2].after, "");
}

TEST(AuditLog, HoldsNoSecret) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  ASSERT_TRUE(put_one(*records, internal_domain("corp.example", kMain)));
  auto route = internal_route("corp.example", "mail.corp.example");
  route.login = policy::Login{"relay", "hunter2-first"};
  route.id = put_one(*records, route).value();
  route.login->password = "hunter2-second";
  ASSERT_TRUE(put_one(*records, route));
  policy::InternalSender sender;
  sender.account = kMain;
  sender.kind = policy::InternalSender::Kind::credentials;
  sender.user = "app";
  sender.password_hash = "$argon2id$hunter2-hash";
  ASSERT_TRUE(put_one(*records, sender));

  const auto log = records->audit_log(0, 100).value();
  ASSERT_EQ(log.size(), 5u);
  EXPECT_EQ(log[3].action, "route.set");
  EXPECT_THAT(log[3].after, HasSubstr(R"("secret_changed":true)"));
  for (const auto& entry : log) {
    EXPECT_THAT(entry.before + entry.after, Not(HasSubstr("hunter2"))) << entry.sequence;
  }
}

TEST(AuditLog, TakesEventsThatChangeNoRecord) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  const auto before = records->revision().value();
  ASSERT_TRUE(records->audit({"user:anna", "api"}, kNow, "login", "user anna", kMain));
  EXPECT_EQ(records->audit_log(1, 10)->at(0).action, "login");
  EXPECT_EQ(records->revision().value(), before);
  EXPECT_TRUE(records->audit_verify()->intact);
}

TEST(AuditLog, RefusesToBeEditedOrShortened) {
  const TemporaryFolder folder;
  auto records = five_changes(folder);
  auto database = Database::open(folder.file(), 1000).value();
  for (const char* script : {"UPDATE audit SET actor = 'nobody' WHERE sequence = 2",
                             "DELETE FROM audit WHERE sequence = 6", "DELETE FROM audit_head",
                             "UPDATE audit_head SET entries = 2"}) {
    const auto done = database->execute(script);
    ASSERT_FALSE(done) << script;
    EXPECT_THAT(done.error().text, HasSubstr("append-only")) << script;
  }
  EXPECT_TRUE(records->audit_verify()->intact);
}

TEST(AuditLog, IsIntactAfterChangesByTwoProcesses) {
  const TemporaryFolder folder;
  auto first = five_changes(folder);
  auto second = open_records(folder);
  ASSERT_TRUE(put_one(*second, policy_for("x.example")));
  ASSERT_TRUE(put_one(*first, policy_for("y.example")));
  const auto check = first->audit_verify().value();
  EXPECT_TRUE(check.intact) << check.why;
  EXPECT_EQ(check.entries, 8);
  EXPECT_EQ(check.head, first->audit_log(7, 1)->at(0).hash);
}

struct Tampering {
  const char* name;
  const char* script;
  std::int64_t first_bad;
  const char* why;
};

class TamperedAuditLog : public testing::TestWithParam<Tampering> {};

TEST_P(TamperedAuditLog, IsFoundWithTheFirstBadEntry) {
  const TemporaryFolder folder;
  auto records = five_changes(folder);
  ASSERT_NO_FATAL_FAILURE(tamper(folder, GetParam().script));
  const auto check = records->audit_verify().value();
  EXPECT_FALSE(check.intact);
  EXPECT_EQ(check.first_bad, GetParam().first_bad);
  EXPECT_THAT(check.why, HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    Ways, TamperedAuditLog,
    testing::Values(
        Tampering{"Edit", "UPDATE audit SET actor = 'user:eve' WHERE sequence = 3", 3,
                  "was changed after it was written"},
        Tampering{"EditOfTime", "UPDATE audit SET time = time + 1 WHERE sequence = 4", 4,
                  "was changed"},
        Tampering{"Removal", "DELETE FROM audit WHERE sequence = 3", 3, "Entry 3 is missing"},
        Tampering{"RemovalAndRenumbering",
                  "DELETE FROM audit WHERE sequence = 6; UPDATE audit SET sequence = 6 WHERE "
                  "sequence = 5",
                  5, "Entry 5 is missing"},
        Tampering{"Reorder",
                  "UPDATE audit SET sequence = 99 WHERE sequence = 3; UPDATE audit SET sequence = "
                  "3 WHERE sequence = 4; UPDATE audit SET sequence = 4 WHERE sequence = 99",
                  3, "or its place was changed"},
        Tampering{"Truncation", "DELETE FROM audit WHERE sequence > 4", 5,
                  "The last 2 of 6 entries are missing"},
        Tampering{"TruncationOfAll", "DELETE FROM audit", 1, "The last 6 of 6"},
        Tampering{"Addition",
                  "INSERT INTO audit SELECT 7, time, actor, via, account, action, object, before, "
                  "after, hash FROM audit WHERE sequence = 6",
                  7, "was changed"},
        Tampering{"FirstRemoved", "DELETE FROM audit WHERE sequence = 1", 1, "Entry 1 is missing"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace postern::records
