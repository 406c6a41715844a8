#include "service/api/audit_handlers.h"

#include <gmock/gmock.h>

#include "io/records/database.h"
#include "service/api/testing/mail_world.h"

namespace postern::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class AuditHandlersTest : public ::testing::Test, protected testing::MailWorld {
 protected:
  void SetUp() override {
    put(records::policy_for("first.example"));
    policy::Policy theirs = records::policy_for("theirs.example");
    theirs.account = other;
    put(std::move(theirs));
    put(records::policy_for("second.example"));
  }
  Audit list(AuditQuery query = {}) { return good(handlers.list(call(), query)); }
  static std::vector<std::string> objects(const Audit& audit) {
    std::vector<std::string> all;
    for (const AuditEntry& entry : audit.items) all.push_back(entry.object);
    return all;
  }
  Call for_everything() {
    Call made = call();
    made.account = nullptr;
    made.who = testing::person("root", "*", Role::administrator);
    return made;
  }
  AuditHandlers handlers{{spool.shard, reads}};
};

TEST_F(AuditHandlersTest, ListTheAccountsOwnEntriesNewestFirstByPages) {
  AuditQuery query;
  query.limit = 2;
  const Audit first = list(query);
  EXPECT_THAT(objects(first), ElementsAre("policy second.example", "policy first.example"));
  EXPECT_EQ(first.items[0].actor, "user:anna");
  EXPECT_EQ(first.items[0].account, "main");
  EXPECT_THAT(first.items[0].after, HasSubstr("second.example"));
  query.before = first.next;
  for (const AuditEntry& entry : list(query).items) EXPECT_EQ(entry.account, "main");
}

TEST_F(AuditHandlersTest, ListEverythingForAnAdministratorOfEveryAccount) {
  EXPECT_THAT(objects(good(handlers.list(for_everything(), {}))),
              ::testing::Contains("policy theirs.example"));
}

TEST_F(AuditHandlersTest, SayWhetherTheChainHolds) {
  const AuditCheck check = good(handlers.check(call()));
  EXPECT_TRUE(check.intact);
  EXPECT_EQ(check.entries, records->audit_entries().value());
  EXPECT_EQ(check.head, list().items.at(0).hash);
}

TEST_F(AuditHandlersTest, NameNoOtherAccountsObjectWhenTheChainIsBroken) {
  auto database = records::Database::open(folder.file(), 1000).value();
  ASSERT_TRUE(
      database->execute("DROP TRIGGER audit_keeps_words;"
                        "UPDATE audit SET actor = 'nobody' WHERE object LIKE '%theirs%'"));
  const AuditCheck own = good(handlers.check(call()));
  EXPECT_FALSE(own.intact);
  EXPECT_THAT(own.why, Not(HasSubstr("theirs")));
  EXPECT_THAT(good(handlers.check(for_everything())).why, HasSubstr("theirs.example"));
}

}  // namespace
}  // namespace postern::api
