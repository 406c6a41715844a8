#include "io/records/records.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "io/records/change.h"
#include "io/records/database.h"
#include "io/records/temporary_records.h"

namespace postern::records {
namespace {

using testing::HasSubstr;

TEST(Records, HoldTheAccountMainFromTheStart) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  const auto all = records->load().value();
  ASSERT_EQ(all.accounts.size(), 1u);
  EXPECT_EQ(all.accounts[0].name, "main");
  EXPECT_EQ(all.accounts[0].id, kMain);
  EXPECT_EQ(open_records(folder)->load()->accounts, all.accounts);
}

TEST(Records, AreReadableByTheirOwnerOnly) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  ASSERT_TRUE(put_one(*records, policy_for("example.com")));
  for (const std::string& name : {"records.db", "records.db-wal", "records.db-shm"}) {
    struct stat file{};
    ASSERT_EQ(::stat(folder.file(name).c_str(), &file), 0) << name;
    EXPECT_EQ(file.st_mode & 07777, 0600u) << name;
  }
}

TEST(Records, AreRefusedWhenOthersCanReadThem) {
  const TemporaryFolder folder;
  open_records(folder);
  ASSERT_EQ(::chmod(folder.file().c_str(), 0640), 0);
  const auto opened = Records::open(folder.file());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "records-error");
  EXPECT_THAT(opened.error().text, HasSubstr("chmod 600 " + folder.file()));
}

TEST(Records, NameTheMissingFolder) {
  const TemporaryFolder folder;
  const auto opened = Records::open(folder.file("missing/records.db"));
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().text, HasSubstr("Make the folder " + folder.file("missing")));
}

TEST(Records, OpenOnceWhenTwoProcessesMakeThemAtTheSameTime) {
  const TemporaryFolder folder;
  std::vector<std::string> failures(4);
  {
    std::vector<std::jthread> openers;
    for (auto& failure : failures) {
      openers.emplace_back([&failure, &folder] {
        auto opened = Records::open(folder.file());
        if (!opened) failure = opened.error().text;
      });
    }
  }
  EXPECT_THAT(failures, testing::Each(""));
  EXPECT_EQ(open_records(folder)->load()->accounts.size(), 1u);
}

// How many descriptors of this process stand for the file.
std::ptrdiff_t times_open(const std::string& path) {
  return std::ranges::count_if(std::filesystem::directory_iterator("/proc/self/fd"),
                               [&path](const auto& descriptor) {
                                 std::error_code gone;
                                 return std::filesystem::read_symlink(descriptor, gone) == path;
                               });
}

// A restored copy is not in WAL mode, and SQLite does not wait for others where it changes that.
TEST(Records, OpenWhenAnotherProcessHasDoneWithARestoredFile) {
  const TemporaryFolder folder;
  open_records(folder);
  auto other = Database::open(folder.file(), 1000).value();
  ASSERT_TRUE(other->execute("PRAGMA journal_mode = DELETE; BEGIN IMMEDIATE"));
  std::atomic<bool> over = false;
  std::string failure;
  {
    const std::jthread opener([&] {
      auto opened = Records::open(folder.file());
      if (!opened) failure = opened.error().text;
      over = true;
    });
    while (!over && times_open(folder.file()) < 2) std::this_thread::yield();
    // Time in which the other one tries.
    EXPECT_TRUE(other->execute(
        "WITH RECURSIVE c(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM c WHERE x < 100000)"
        " SELECT count(*) FROM c; COMMIT"));
  }
  EXPECT_EQ(failure, "");
}

policy::Policy full_policy() {
  policy::Policy policy = policy_for("*.gov.uk");
  policy.scope.exclusions = {domain("old.gov.uk"), domain("x.gov.uk")};
  policy.mode = tls::Mode::relaxed;
  policy.stage = tls::Stage::monitor;
  policy.delivery = false;
  policy.accept = policy::Accept::any;
  policy.floor = policy::Floor::legacy;
  policy.on_failure = policy::OnFailure::bounce;
  policy.time_limit = std::chrono::hours(3);
  policy.valid_from = kNow;
  policy.valid_until = kNow + std::chrono::hours(24);
  policy.spki_pins = {tls::Sha256{1, 2, 250}, tls::Sha256{9}};
  policy.note = "caf\xC3\xA9 \"quoted\" and \\ a backslash";
  return policy;
}

policy::Policy pinned_policy() {
  policy::Policy policy = policy_for("example.com");
  policy.floor = policy::Floor::tls1_3;
  policy.mx_pins = {tls::HostPattern::parse("*.mail.example.net").value(),
                    tls::HostPattern::parse("mx.example.com").value()};
  policy.names = {domain("mail.example.com")};
  policy.client_names = {domain("out.example.com")};
  return policy;
}

TEST(Records, GiveBackEveryPolicyAsItWasPut) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  policy::Policy full = full_policy();
  policy::Policy pinned = pinned_policy();
  policy::Policy narrowed = policy_for("example.net");
  narrowed.accept = policy::Accept::dane;
  narrowed.receipt = false;
  for (auto* one : {&full, &pinned, &narrowed}) {
    const auto put = put_one(*records, *one);
    ASSERT_TRUE(put) << put.error().text;
    one->id = *put;
  }
  EXPECT_THAT(records->load()->policies, testing::ElementsAre(full, pinned, narrowed));
}

TEST(Records, GiveBackDomainsAndRoutesAsTheyWerePut) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  policy::InternalDomain ours = internal_domain("corp.example", kMain);
  ours.validated = true;
  ours.validation_token = "postern=abc";
  ours.enforce_receipt = true;
  ours.id = put_one(*records, ours).value();
  policy::InternalRoute in = internal_route("eng.corp.example", "2001:db8::1");
  in.port = 465;
  in.priority = 5;
  in.start = policy::TlsStart::implicit;
  in.mode = tls::Mode::strict;
  in.names = {domain("a.corp.example"), domain("b.corp.example")};
  in.login = policy::Login{"relay", "s3cret words"};
  in.id = put_one(*records, in).value();
  policy::ExternalRoute out;
  out.account = kMain;
  out.host = "smarthost.example";
  out.verify_name = domain("relay.example");
  out.consult_published = true;
  out.id = put_one(*records, out).value();

  const auto all = records->load().value();
  EXPECT_THAT(all.domains, testing::ElementsAre(ours));
  EXPECT_THAT(all.internal_routes, testing::ElementsAre(in));
  EXPECT_THAT(all.external_routes, testing::ElementsAre(out));
}

TEST(Records, GiveBackSendersAndExceptionsAsTheyWerePut) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  using Kind = policy::InternalSender::Kind;
  policy::InternalSender range{{}, kMain, Kind::address_range, {}, "", "", {}, "office", true};
  range.range = base::IpRange::parse("192.0.2.0/24");
  policy::InternalSender login{{}, kMain, Kind::credentials, {}, "app", "$argon2id$x", {},
                               "", false};
  policy::InternalSender key{{}, kMain, Kind::client_certificate, {}, "", "", {7, 8}, "", false};
  for (auto* sender : {&range, &login, &key}) sender->id = put_one(*records, *sender).value();
  policy::Exception exception{
      {},     kMain, domain("example.com"),        tls::Mode::relaxed, "moving",
      "anna", kNow,  kNow + std::chrono::hours(24)};
  exception.id = put_one(*records, exception).value();
  const auto all = records->load().value();
  EXPECT_THAT(all.senders, testing::ElementsAre(range, login, key));
  EXPECT_THAT(all.exceptions, testing::ElementsAre(exception));
}

TEST(Records, RefuseWhatIsNotValidAndTakeTheRest) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  policy::Policy wrong = policy_for("example.com");
  wrong.floor = policy::Floor::legacy;  // never on a strict policy
  auto change = records->change(kAnna, kNow).value();
  EXPECT_EQ(change->put(wrong).error().code, "invalid-policy");
  ASSERT_TRUE(change->put(policy_for("example.net")));
  ASSERT_TRUE(change->finish());
  EXPECT_EQ(records->load()->policies.size(), 1u);
}

TEST(Records, NeverUseANumberTwice) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  const auto first = put_one(*records, policy_for("a.example")).value();
  ASSERT_TRUE(remove_one(*records, first));
  EXPECT_GT(put_one(*records, policy_for("a.example")).value(), first);
}

TEST(Records, ChangeNothingUntilTheChangeIsFinished) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  const auto before = records->revision().value();
  {
    auto change = records->change(kAnna, kNow).value();
    ASSERT_TRUE(change->put(policy_for("example.com")));
    EXPECT_TRUE(records->load()->policies.empty());
  }
  EXPECT_TRUE(records->load()->policies.empty());
  EXPECT_EQ(records->revision().value(), before);
  EXPECT_TRUE(records->audit_verify()->intact);
}

TEST(Records, RaiseTheRevisionOnceAChangeForEveryProcessThatLooks) {
  const TemporaryFolder folder;
  auto gateway = open_records(folder);
  auto command = open_records(folder);
  const auto before = gateway->revision().value();
  ASSERT_EQ(command->revision().value(), before);  // read before its own change as well
  auto change = command->change(kAnna, kNow).value();
  ASSERT_TRUE(change->put(policy_for("a.example")));
  ASSERT_TRUE(change->put(policy_for("b.example")));
  ASSERT_TRUE(change->finish());
  EXPECT_EQ(gateway->revision().value(), before + 1);
  EXPECT_EQ(command->revision().value(), before + 1);
  EXPECT_EQ(gateway->load()->revision, before + 1);
}

TEST(Records, ChangeNothingWhenAnObjectIsPutAsItStands) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  policy::Policy policy = policy_for("example.com");
  policy.id = put_one(*records, policy).value();
  const auto before = records->revision().value();
  const auto entries = records->audit_verify()->entries;
  EXPECT_EQ(put_one(*records, policy).value(), policy.id);
  EXPECT_EQ(records->revision().value(), before);
  EXPECT_EQ(records->audit_verify()->entries, entries);
}

TEST(Records, ReplaceAnObjectByItsNumber) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  policy::Policy policy = policy_for("example.com");
  policy.id = put_one(*records, policy).value();
  policy.stage = tls::Stage::monitor;
  ASSERT_TRUE(put_one(*records, policy));
  EXPECT_THAT(records->load()->policies, testing::ElementsAre(policy));
  policy.id = {999};
  EXPECT_EQ(put_one(*records, policy).error().code, "not-found");
}

TEST(Records, HoldAScopeOnceInAnAccountAndFreelyInAnother) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  ASSERT_TRUE(put_one(*records, policy_for("example.com")));
  const auto again = put_one(*records, policy_for("example.com"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "already-exists");
  EXPECT_EQ(again.error().text, "There is a policy example.com already.");
  policy::Account same;
  same.name = "main";
  EXPECT_EQ(put_one(*records, same).error().text, "There is an account main already.");
  EXPECT_TRUE(put_one(*records, policy_for("*.example.com")));

  policy::Account other;
  other.name = "other";
  policy::Policy theirs = policy_for("example.com");
  theirs.account = put_one(*records, other).value();
  EXPECT_TRUE(put_one(*records, theirs));
}

TEST(Records, KeepTheRestOfAChangeWhenOnePutIsRefused) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  auto change = records->change(kAnna, kNow).value();
  ASSERT_TRUE(change->put(policy_for("a.example")));
  EXPECT_EQ(change->put(policy_for("a.example")).error().code, "already-exists");
  ASSERT_TRUE(change->put(policy_for("b.example")));
  ASSERT_TRUE(change->finish());
  EXPECT_EQ(records->load()->policies.size(), 2u);
  EXPECT_TRUE(records->audit_verify()->intact);
}

TEST(Records, RefuseADomainThatAnotherAccountHoldsOrThatLiesAboveOrBelowIt) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  policy::Account account;
  account.name = "other";
  const auto other = put_one(*records, account).value();
  ASSERT_TRUE(put_one(*records, internal_domain("corp.example", kMain)));
  for (const char* name : {"corp.example", "eng.corp.example", "example"}) {
    const auto put = put_one(*records, internal_domain(name, other));
    ASSERT_FALSE(put) << name;
    EXPECT_EQ(put.error().code, "already-exists");
    EXPECT_THAT(put.error().text, HasSubstr("another account of this gateway holds corp.example"));
  }
  EXPECT_TRUE(put_one(*records, internal_domain("notcorp.example", other)));
  EXPECT_TRUE(put_one(*records, internal_domain("eng.corp.example", kMain)));
}

TEST(Records, RefuseAnInternalRouteForADomainThatIsNotOurs) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  const auto put = put_one(*records, internal_route("partner.example", "mx.partner.example"));
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().code, "invalid-route");
  EXPECT_THAT(put.error().text, HasSubstr("postern domain add partner.example"));
}

TEST(Records, KeepADomainUntilItsRoutesAreGone) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  const auto ours = put_one(*records, internal_domain("corp.example", kMain)).value();
  const auto route = put_one(*records, internal_route("corp.example", "mail.corp.example")).value();
  EXPECT_EQ(remove_one(*records, ours).error().code, "invalid-domain");
  ASSERT_TRUE(remove_one(*records, route));
  EXPECT_TRUE(remove_one(*records, ours));
}

TEST(Records, KeepAnAccountUntilItIsEmptyAndTheLastOneForGood) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  EXPECT_EQ(remove_one(*records, kMain).error().code, "invalid-account");
  policy::Account account;
  account.name = "other";
  const auto other = put_one(*records, account).value();
  const auto held = put_one(*records, internal_domain("corp.example", other)).value();
  EXPECT_EQ(remove_one(*records, other).error().code, "invalid-account");
  ASSERT_TRUE(remove_one(*records, held));
  EXPECT_TRUE(remove_one(*records, other));
}

TEST(Records, NeverMoveADomainToAnotherName) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  auto ours = internal_domain("corp.example", kMain);
  ours.id = put_one(*records, ours).value();
  ours.domain = domain("bank.example");
  EXPECT_EQ(put_one(*records, ours).error().code, "invalid-domain");
}

TEST(Records, AnswerBusyWhileAnotherChangeIsOpen) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  auto open = records->change(kAnna, kNow).value();
  constexpr int no_patience = 0;
  auto second =
      begin_change(Database::open(folder.file(), no_patience).value(), {"cli:root", "cli"}, kNow);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "records-busy");
}

TEST(Records, SayWhichRowTheyCannotRead) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  ASSERT_TRUE(put_one(*records, policy_for("example.com")));
  auto database = Database::open(folder.file(), 1000).value();
  ASSERT_TRUE(database->run("UPDATE policies SET mode = 'lax'"));
  const auto all = records->load();
  ASSERT_FALSE(all);
  EXPECT_THAT(all.error().text, HasSubstr("\"lax\" in table policies, row 2"));
}

}  // namespace
}  // namespace postern::records
