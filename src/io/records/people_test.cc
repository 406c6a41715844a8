#include "io/records/people.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/records/sign_ins.h"
#include "io/records/temporary_records.h"

namespace postern::records {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const Grant everywhere{"*", Role::administrator};
const Grant reads_main{"main", Role::viewer};

class PeopleTest : public testing::Test {
 protected:
  base::Result<User> add(const std::string& name, std::vector<Grant> grants) {
    return people().add(kAnna, kNow, {name, "hash of " + name, std::move(grants)});
  }
  base::Result<User> regrant(const std::string& name, std::vector<Grant> grants) {
    UserEdit edit;
    edit.grants = std::move(grants);
    return people().change(kAnna, kNow, name, edit, {});
  }
  void open_session(const std::string& user, const std::string& hash) {
    const NewSession session{hash, user, kNow + 12h, "192.0.2.1", "device of " + hash};
    const auto opened = sign_ins().open_session(kNow, session, kNow - 1h);
    ASSERT_TRUE(opened) << opened.error().text;
  }
  bool has_session(const std::string& hash) { return sign_ins().session(hash)->has_value(); }
  std::vector<AuditEntry> audit() { return records_->audit_log(0, 1000).value(); }
  People& people() { return records_->people(); }
  SignIns& sign_ins() { return records_->sign_ins(); }

  TemporaryFolder folder_;
  std::unique_ptr<Records> records_ = open_records(folder_);
};

TEST_F(PeopleTest, GiveBackAUserAsAdded) {
  ASSERT_TRUE(add("Anna@Example.COM", {reads_main, everywhere}));
  const auto users = people().users();
  ASSERT_EQ(users->size(), 1U);
  EXPECT_EQ(users->front().name, "anna@example.com");
  EXPECT_THAT(users->front().grants, ElementsAre(everywhere, reads_main));
  EXPECT_EQ(users->front().created, kNow);
  EXPECT_FALSE(users->front().second_factor);
  EXPECT_FALSE(users->front().last_sign_in);
}

TEST_F(PeopleTest, TakeANameOnceAndOnlyAUsableOne) {
  ASSERT_TRUE(add("anna", {everywhere}));
  EXPECT_EQ(add("ANNA", {everywhere}).error().code, "already-exists");
  for (const char* name : {"", "a b", "a\nb", "\xc3\xa4", "a/b"}) {
    EXPECT_EQ(add(name, {everywhere}).error().code, "invalid-user") << name;
  }
}

TEST_F(PeopleTest, TakeRolesInAccountsThatExistOneInEach) {
  EXPECT_EQ(add("anna", {{"nowhere", Role::viewer}}).error().code, "invalid-grant");
  EXPECT_EQ(add("anna", {reads_main, {"main", Role::operator_}}).error().code, "invalid-grant");
  EXPECT_TRUE(people().users()->empty());
}

TEST_F(PeopleTest, KeepTheLastAdministratorOfEveryAccount) {
  ASSERT_TRUE(add("anna", {everywhere}));
  EXPECT_EQ(regrant("anna", {reads_main}).error().code, "last-administrator");
  EXPECT_EQ(people().remove(kAnna, kNow, "anna", {}).error().code, "last-administrator");
  EXPECT_THAT(people().user("anna")->grants, ElementsAre(everywhere));
  ASSERT_TRUE(add("bert", {everywhere}));
  EXPECT_TRUE(regrant("anna", {reads_main}));
  EXPECT_TRUE(people().remove(kAnna, kNow, "anna", {}));
}

TEST_F(PeopleTest, ChangeNothingThatTheCallerForbids) {
  ASSERT_TRUE(add("anna", {everywhere}));
  const auto never = [](const User&) -> base::Result<> { return base::fail("not-found", "no"); };
  UserEdit edit;
  edit.password_hash = "other";
  EXPECT_EQ(people().change(kAnna, kNow, "anna", edit, never).error().code, "not-found");
  EXPECT_EQ(people().remove(kAnna, kNow, "anna", never).error().code, "not-found");
  EXPECT_EQ(sign_ins().credentials("anna").value()->password_hash, "hash of anna");
}

TEST_F(PeopleTest, EndOtherSessionsWithANewPassword) {
  ASSERT_TRUE(add("anna", {everywhere}));
  open_session("anna", "here");
  open_session("anna", "elsewhere");
  UserEdit edit;
  edit.password_hash = "other";
  edit.session_to_keep = "here";
  ASSERT_TRUE(people().change(kAnna, kNow, "anna", edit, {}));
  EXPECT_TRUE(has_session("here"));
  EXPECT_FALSE(has_session("elsewhere"));
}

TEST_F(PeopleTest, TakeSessionsAndTokensAwayWithTheUser) {
  ASSERT_TRUE(add("anna", {everywhere}));
  ASSERT_TRUE(add("bert", {reads_main}));
  open_session("bert", "session");
  ASSERT_TRUE(people().add_token(kAnna, kNow, {"t", "token", {reads_main}, "bert", {}}));
  ASSERT_TRUE(people().remove(kAnna, kNow, "bert", {}));
  EXPECT_FALSE(has_session("session"));
  EXPECT_FALSE(people().token_of("token", kNow).value());
}

TEST_F(PeopleTest, LoseTheirRolesInAnAccountThatGoes) {
  policy::Account other;
  other.name = "other";
  const auto id = put_one(*records_, other);
  ASSERT_TRUE(id);
  ASSERT_TRUE(add("anna", {{"other", Role::viewer}, reads_main}));
  ASSERT_TRUE(remove_one(*records_, *id));
  EXPECT_THAT(people().user("anna")->grants, ElementsAre(reads_main));
}

TEST_F(PeopleTest, FindATokenUntilItEndsWithWhatItsAuthorMay) {
  ASSERT_TRUE(add("anna", {everywhere}));
  ASSERT_TRUE(people().add_token(kAnna, kNow, {"t", "token", {reads_main}, "anna", kNow + 1h}));
  const auto held = people().token_of("token", kNow + 59min);
  ASSERT_TRUE(held.value());
  EXPECT_THAT((*held)->token.grants, ElementsAre(reads_main));
  EXPECT_THAT((*held)->author_grants, ElementsAre(everywhere));
  EXPECT_FALSE(people().token_of("token", kNow + 1h).value());
  EXPECT_FALSE(people().token_of("other", kNow).value());
}

TEST_F(PeopleTest, LeaveAnAuditEntryAChangeAndNoSecretInIt) {
  ASSERT_TRUE(add("anna", {everywhere}));
  UserEdit edit;
  edit.password_hash = "fresh hash";
  ASSERT_TRUE(people().change(kAnna, kNow, "anna", edit, {}));
  const auto token = people().add_token(kAnna, kNow, {"t", "token hash", {everywhere}, "anna", {}});
  ASSERT_TRUE(people().remove_token(kAnna, kNow, token->id, {}));
  std::vector<std::string> actions;
  for (const AuditEntry& entry : audit()) {
    actions.push_back(entry.action);
    for (const std::string& text : {entry.object, entry.before, entry.after}) {
      EXPECT_THAT(text, Not(HasSubstr("hash"))) << entry.action;
    }
  }
  EXPECT_THAT(actions,
              ElementsAre("account.add", "user.add", "user.change", "token.add", "token.remove"));
  EXPECT_THAT(audit()[2].after, HasSubstr("\"password_changed\":true"));
  EXPECT_TRUE(records_->audit_verify()->intact);
}

TEST_F(PeopleTest, LeaveNoEntryWhenNothingChanged) {
  ASSERT_TRUE(add("anna", {everywhere}));
  const std::size_t before = audit().size();
  ASSERT_TRUE(regrant("anna", {everywhere}));
  EXPECT_EQ(audit().size(), before);
}

// --- signing in ----------------------------------------------------------------------------------

TEST_F(PeopleTest, MakeTheFirstUserWithTheLastCodeOnce) {
  ASSERT_TRUE(sign_ins().expect_first_user("old").value());
  ASSERT_TRUE(sign_ins().expect_first_user("code").value());
  const NewUser anna{"anna", "hash", {everywhere}};
  EXPECT_EQ(sign_ins().add_first_user(kNow, "old", anna).error().code, "wrong-code");
  ASSERT_TRUE(sign_ins().add_first_user(kNow, "code", anna));
  EXPECT_EQ(sign_ins().add_first_user(kNow, "code", {"bert", "h", {}}).error().code, "not-needed");
  EXPECT_FALSE(sign_ins().expect_first_user("next").value());
  EXPECT_EQ(people().users()->size(), 1U);
}

TEST_F(PeopleTest, RememberWhenASessionEndsAndWasLastSeen) {
  ASSERT_TRUE(add("anna", {everywhere}));
  open_session("anna", "hash");
  ASSERT_TRUE(sign_ins().session_seen("hash", kNow + 5min));
  const auto session = sign_ins().session("hash").value();
  EXPECT_EQ(session->last_seen, kNow + 5min);
  EXPECT_EQ(session->expires, kNow + 12h);
  EXPECT_EQ(session->user.last_sign_in, kNow);
  ASSERT_TRUE(sign_ins().close_session(kNow, "hash"));
  EXPECT_FALSE(has_session("hash"));
}

TEST_F(PeopleTest, ForgetSessionsThatAreOverWhenANewOneOpens) {
  ASSERT_TRUE(add("anna", {everywhere}));
  open_session("anna", "old");
  const base::Instant later = kNow + 2h;
  ASSERT_TRUE(sign_ins().open_session(later, {"new", "anna", later + 12h, "", "d"}, later - 1h));
  EXPECT_FALSE(has_session("old"));
}

TEST_F(PeopleTest, KnowADeviceForItsUserOnlyAndKeepTheLastTwenty) {
  ASSERT_TRUE(add("anna", {everywhere}));
  ASSERT_TRUE(add("bert", {everywhere}));
  for (int i = 0; i < 21; ++i) {
    const NewSession session{std::to_string(i), "anna", kNow + 12h, "", "d" + std::to_string(i)};
    ASSERT_TRUE(sign_ins().open_session(kNow + std::chrono::seconds(i), session, kNow));
  }
  EXPECT_TRUE(sign_ins().knows_device("anna", "d20").value());
  EXPECT_TRUE(sign_ins().knows_device("anna", "d1").value());
  EXPECT_FALSE(sign_ins().knows_device("anna", "d0").value());
  EXPECT_FALSE(sign_ins().knows_device("bert", "d20").value());
}

TEST_F(PeopleTest, PutASecondFactorInForceOnceItIsConfirmed) {
  ASSERT_TRUE(add("anna", {everywhere}));
  const std::string secret("\0secret\xff", 8);
  EXPECT_EQ(sign_ins().confirm_second_factor(kNow, "anna", 1).error().code, "not-found");
  ASSERT_TRUE(sign_ins().propose_second_factor("anna", secret));
  EXPECT_EQ(sign_ins().proposed_second_factor("anna").value(), secret);
  EXPECT_EQ(sign_ins().credentials("anna").value()->totp_secret, "");
  ASSERT_TRUE(sign_ins().confirm_second_factor(kNow, "anna", 7));
  EXPECT_EQ(sign_ins().credentials("anna").value()->totp_secret, secret);
  EXPECT_TRUE(people().user("anna")->second_factor);
  EXPECT_EQ(sign_ins().propose_second_factor("anna", "x").error().code, "second-factor-set");
  ASSERT_TRUE(sign_ins().remove_second_factor(kNow, "anna"));
  EXPECT_FALSE(people().user("anna")->second_factor);
}

TEST_F(PeopleTest, TakeEachTimeStepOnceAndNoEarlierOneAfterIt) {
  ASSERT_TRUE(add("anna", {everywhere}));
  EXPECT_TRUE(sign_ins().take_step("anna", 100).value());
  EXPECT_FALSE(sign_ins().take_step("anna", 100).value());
  EXPECT_FALSE(sign_ins().take_step("anna", 99).value());
  EXPECT_TRUE(sign_ins().take_step("anna", 101).value());
}

}  // namespace
}  // namespace postern::records
