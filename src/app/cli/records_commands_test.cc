// The command groups policy, exception, evidence and audit, typed as a person types them.
#include <gmock/gmock.h>

#include <fmt/format.h>

#include "app/cli/testing.h"
#include "core/base/text.h"
#include "io/records/database.h"

namespace postern::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using testing::CommandLine;

class PolicyCommands : public CommandLine {};

TEST_F(PolicyCommands, AddShowSetPromoteAndRemoveOnePolicy) {
  ASSERT_EQ(run({"policy", "add", "Example.COM.", "--mode", "relaxed", "--stage", "monitor",
                 "--note", "trial"}),
            exit_ok)
      << err_;
  EXPECT_THAT(out_, HasSubstr("example.com added: Relaxed Encryption Mode, monitor."));
  ASSERT_EQ(run({"policy", "show", "example.com", "--json"}), exit_ok);
  const auto shown = json().at(0);
  EXPECT_EQ(shown.at("account").as_string(), "main");
  EXPECT_EQ(shown.at("domain").as_string(), "example.com");
  EXPECT_EQ(shown.at("mode").as_string(), "relaxed");
  EXPECT_EQ(shown.at("note").as_string(), "trial");
  ASSERT_EQ(run({"policy", "set", "example.com", "--mode", "strict", "--mx", "*.example.net",
                 "--mx", "mx.example.com", "--time-limit", "2h"}),
            exit_ok)
      << err_;
  ASSERT_EQ(run({"policy", "promote", "example.com"}), exit_ok);
  EXPECT_THAT(out_, HasSubstr("example.com is enforced from now on: Strict - Trusted Enforced."));
  ASSERT_EQ(run({"policy", "list"}), exit_ok);
  EXPECT_THAT(out_, AllOf(HasSubstr("enforce"), HasSubstr("mx *.example.net mx.example.com"),
                          HasSubstr("time_limit 2h")));
  ASSERT_EQ(run({"policy", "set", "example.com", "--mx", ""}), exit_ok);
  EXPECT_THAT(configuration().policies.at(0).mx_pins, IsEmpty());
  ASSERT_EQ(run({"policy", "remove", "example.com"}), exit_ok);
  EXPECT_THAT(configuration().policies, IsEmpty());
  EXPECT_EQ(run({"policy", "remove", "example.com"}), exit_failed);
  EXPECT_THAT(err_, HasSubstr("example.com is not under policy in account main"));
}

TEST_F(PolicyCommands, AddTwiceChangesNothingAndRefusesOtherSettings) {
  ASSERT_EQ(run({"policy", "add", "example.com", "--mode", "relaxed"}), exit_ok);
  const auto revision = configuration().revision;
  EXPECT_EQ(run({"policy", "add", "example.com", "--mode", "relaxed"}), exit_ok);
  EXPECT_THAT(out_, HasSubstr("already; unchanged"));
  EXPECT_EQ(run({"policy", "add", "example.com", "example.com"}), exit_ok);
  EXPECT_EQ(configuration().revision, revision);
  EXPECT_EQ(run({"policy", "add", "example.com", "--mode", "strict"}), exit_failed);
  EXPECT_THAT(err_, HasSubstr("postern policy set example.com"));
}

TEST_F(PolicyCommands, AddTakesTheGoodDomainsAndSaysWhichItDidNot) {
  EXPECT_EQ(run({"policy", "add", "a.example.com", "not a domain", "b.example.com"}), exit_partly);
  EXPECT_THAT(err_, HasSubstr("not a domain"));
  EXPECT_EQ(configuration().policies.size(), 2u);
  EXPECT_EQ(run({"policy", "add", "co.uk"}), exit_failed);
  EXPECT_THAT(err_, HasSubstr("public suffix"));
}

TEST_F(PolicyCommands, RefuseWhatNoPolicyCanBe) {
  EXPECT_EQ(run({"policy", "add", "example.com", "--floor", "legacy"}), exit_failed);
  EXPECT_THAT(err_, HasSubstr("legacy floor"));
  EXPECT_EQ(run({"policy", "add", "example.com", "--mode", "safe"}), exit_failed);
  EXPECT_THAT(err_, HasSubstr("mode: \"safe\" is not one of opportunistic, relaxed, strict"));
  EXPECT_EQ(run({"policy", "add", "example.com", "--spki", "abc"}), exit_failed);
  EXPECT_THAT(err_, HasSubstr("64 hexadecimal digits"));
  EXPECT_EQ(run({"policy", "set", "example.com"}), exit_usage);
  EXPECT_THAT(configuration().policies, IsEmpty());
}

TEST_F(PolicyCommands, AddPinsWhatTheProbeSaw) {
  int asked = 0;
  capture_pins_ = [&asked](const dns::Domain& domain) {
    ++asked;
    return std::vector{tls::HostPattern::parse("*.mx." + domain.text()).value()};
  };
  ASSERT_EQ(run({"policy", "add", "example.com"}), exit_ok) << err_;
  EXPECT_THAT(out_, HasSubstr("Pinned MX: *.mx.example.com"));
  EXPECT_EQ(configuration().policies.at(0).mx_pins.at(0).text(), "*.mx.example.com");
  ASSERT_EQ(run({"policy", "add", "a.example.com", "--mx", "mx.example.com"}), exit_ok);
  ASSERT_EQ(run({"policy", "add", "b.example.com", "--mode", "relaxed"}), exit_ok);
  ASSERT_EQ(run({"policy", "add", "*.example.com"}), exit_ok);
  EXPECT_EQ(asked, 1);  // the others need no pins
  ASSERT_EQ(run({"policy", "add", "c.example.com", "--no-probe"}), exit_ok);
  EXPECT_EQ(asked, 1);
  EXPECT_THAT(out_, HasSubstr("No MX names are pinned"));
}

TEST_F(PolicyCommands, AddRefusesWhenTheProbeSawNothingToPin) {
  capture_pins_ = [](const dns::Domain&) -> base::Result<std::vector<tls::HostPattern>> {
    return base::fail("dns-timeout", "No name server answered.");
  };
  EXPECT_EQ(run({"policy", "add", "example.com"}), exit_failed);
  EXPECT_THAT(err_, AllOf(HasSubstr("No name server answered."), HasSubstr("--no-probe")));
  EXPECT_THAT(configuration().policies, IsEmpty());
}

TEST_F(PolicyCommands, KeepToTheirAccount) {
  policy::Account other;
  other.name = "other";
  ASSERT_TRUE(records::put_one(*records::open_records(folder_), other));
  ASSERT_EQ(run({"policy", "add", "example.com", "--account", "other"}), exit_ok);
  ASSERT_EQ(run({"policy", "list", "--json"}), exit_ok);
  EXPECT_EQ(json().as_array().size(), 0u);
  EXPECT_EQ(run({"policy", "remove", "example.com"}), exit_failed);
  EXPECT_EQ(run({"policy", "list", "--account", "nobody"}), exit_failed);
  EXPECT_THAT(err_, HasSubstr("there are: main, other"));
}

class PolicyImport : public CommandLine {};

TEST_F(PolicyImport, GivesEveryLineItsVerdict) {
  auto ours = records::internal_domain("corp.example.com", records::kMain);
  ASSERT_TRUE(records::put_one(*records::open_records(folder_), ours));
  const std::string list =
      "# partners\nexample.com\n  USER@B\xC3\xBC"
      "cher.example.com \nexample.com\nnot a domain\n"
      "co.uk\nmail.corp.example.com\n*.gov.uk\n";
  ASSERT_EQ(run({"policy", "import", "-", "--json"}, list), exit_partly) << err_;
  std::string seen;
  for (const auto& line : json().as_array()) {
    seen += fmt::format("{} {}: {}\n", line.at("line").as_int64(),
                        std::string(line.at("domain").as_string()),
                        std::string(line.at("verdict").as_string()));
  }
  EXPECT_EQ(seen,
            "2 example.com: Added\n"
            "3 xn--bcher-kva.example.com: Added\n"
            "4 example.com: Duplicate Domain\n"
            "5 not a domain: Invalid Domain\n"
            "6 co.uk: Public Suffix\n"
            "7 mail.corp.example.com: Internal Domain\n"
            "8 *.gov.uk: Added\n");
  EXPECT_EQ(configuration().policies.size(), 3u);
}

TEST_F(PolicyImport, ChangesNothingUnderDryRun) {
  const std::string path = file("example.com\nexample.net\n");
  const auto revision = configuration().revision;
  EXPECT_EQ(run({"policy", "import", path, "--dry-run"}), exit_ok);
  EXPECT_THAT(out_, AllOf(HasSubstr("Would Be Added"),
                          HasSubstr("Nothing was changed. It would be: 2 added, 0 changed")));
  EXPECT_EQ(configuration().revision, revision);
}

TEST_F(PolicyImport, ChangesNothingTheSecondTime) {
  const std::string path = file(
      "domain,mode,mx\nexample.com,strict,*.example.net mx.example.com\n"
      "example.org,relaxed,\n");
  ASSERT_EQ(run({"policy", "import", path}), exit_ok) << err_;
  EXPECT_THAT(out_, HasSubstr("2 added"));
  const auto before = configuration();
  EXPECT_EQ(run({"policy", "import", path}), exit_ok);
  EXPECT_THAT(out_, HasSubstr("0 added, 0 changed, 2 unchanged, 0 refused."));
  EXPECT_EQ(configuration().revision, before.revision);
  EXPECT_EQ(configuration().policies, before.policies);
}

TEST_F(PolicyImport, ChangesOtherSettingsOnlyWhenAsked) {
  ASSERT_EQ(run({"policy", "add", "example.com", "--mode", "relaxed"}), exit_ok);
  const std::string path = file("domain,mode\nexample.com,strict\n");
  EXPECT_EQ(run({"policy", "import", path}), exit_failed);
  EXPECT_THAT(out_, AllOf(HasSubstr("Duplicate Domain"), HasSubstr("--update")));
  EXPECT_EQ(configuration().policies.at(0).mode, tls::Mode::relaxed);
  EXPECT_EQ(run({"policy", "import", path, "--update"}), exit_ok);
  EXPECT_EQ(configuration().policies.at(0).mode, tls::Mode::strict);
}

TEST_F(PolicyImport, ReadsBackWhatExportWrote) {
  ASSERT_EQ(
      run({"policy", "add", "example.com", "--mx", "*.example.net", "--name", "mail.example.com",
           "--spki", std::string(64, 'a'), "--floor", "tls1.3", "--on-failure", "bounce",
           "--valid-until", "2099-01-01", "--note", "=HYPERLINK(\"x\"), caf\xC3\xA9"}),
      exit_ok)
      << err_;
  ASSERT_EQ(run({"policy", "add", "*.gov.uk", "--mode", "relaxed", "--stage", "monitor",
                 "--exclude", "old.gov.uk", "--direction", "delivery", "--floor", "legacy"}),
            exit_ok)
      << err_;
  ASSERT_EQ(run({"policy", "export"}), exit_ok);
  const std::string exported = out_;
  EXPECT_THAT(exported, Not(HasSubstr(",\"=")));  // no spreadsheet runs it
  ASSERT_EQ(run({"policy", "import", file(exported)}), exit_ok) << out_ << err_;
  EXPECT_THAT(out_, HasSubstr("2 unchanged"));
  ASSERT_EQ(run({"policy", "remove", "example.com", "*.gov.uk"}), exit_ok);
  ASSERT_EQ(run({"policy", "import", file(exported)}), exit_ok) << out_ << err_;
  ASSERT_EQ(run({"policy", "export"}), exit_ok);
  EXPECT_EQ(out_, exported);
}

TEST_F(PolicyImport, UsesTheOptionsForWhatALineDoesNotSay) {
  const std::string path = file("domain,mode\nexample.com,relaxed\nexample.net,\n");
  ASSERT_EQ(run({"policy", "import", path, "--mode", "opportunistic", "--stage", "monitor"}),
            exit_ok)
      << out_;
  const auto policies = configuration().policies;
  EXPECT_EQ(policies.at(0).mode, tls::Mode::relaxed);
  EXPECT_EQ(policies.at(1).mode, tls::Mode::opportunistic);
  EXPECT_EQ(policies.at(1).stage, tls::Stage::monitor);
}

TEST_F(PolicyImport, RefusesLinesAndHeadingsItCannotRead) {
  EXPECT_EQ(run({"policy", "import", file("domain,moda\nexample.com,strict\n")}), exit_failed);
  EXPECT_THAT(err_, HasSubstr("\"moda\", which is not known here"));
  EXPECT_EQ(run({"policy", "import", file("domain,mode\na.example.com,\"strict\n")}), exit_failed);
  EXPECT_THAT(out_, HasSubstr("A quote is opened and never closed."));
  EXPECT_EQ(run({"policy", "import", file("example.com,strict\n")}), exit_failed);
  EXPECT_THAT(out_, HasSubstr("Invalid Domain"));
  EXPECT_EQ(run({"policy", "import", file("domain,mode\nb.example.com,lax\n")}), exit_failed);
  EXPECT_THAT(out_, HasSubstr("\"lax\" is not one of"));
  EXPECT_THAT(configuration().policies, IsEmpty());
  EXPECT_EQ(run({"policy", "import", "/nonexistent"}), exit_failed);
}

class ExceptionCommands : public CommandLine {};

TEST_F(ExceptionCommands, AddListShowAndRemove) {
  ASSERT_EQ(run({"exception", "add", "example.com", "--reason", "their certificate lapsed", "--for",
                 "2d"}),
            exit_ok)
      << err_;
  EXPECT_THAT(out_, HasSubstr("needs no more than Opportunistic TLS until"));
  ASSERT_EQ(run({"exception", "list", "--json"}), exit_ok);
  const auto one = json().at(0);
  EXPECT_EQ(one.at("domain").as_string(), "example.com");
  EXPECT_TRUE(one.at("active").as_bool());
  EXPECT_THAT(std::string(one.at("author").as_string()), ::testing::StartsWith("cli:"));
  const std::string id = std::to_string(one.at("id").as_int64());
  EXPECT_EQ(run({"exception", "add", "example.com", "--reason", "again", "--for", "1d"}),
            exit_failed);
  EXPECT_THAT(err_, HasSubstr("postern exception remove " + id));
  EXPECT_EQ(run({"exception", "show", id}), exit_ok);
  EXPECT_THAT(out_, HasSubstr("their certificate lapsed"));
  EXPECT_EQ(run({"exception", "remove", id}), exit_ok);
  EXPECT_EQ(run({"exception", "remove", id}), exit_failed);
  EXPECT_THAT(configuration().exceptions, IsEmpty());
}

TEST_F(ExceptionCommands, RefuseWhatWouldLastTooLongOrWeakenNothing) {
  const std::vector<std::string> start{"exception", "add", "example.com", "--reason", "x"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), start.begin(), start.end());
    return run(std::move(more));
  };
  EXPECT_EQ(with({"--for", "31d"}), exit_failed);
  EXPECT_THAT(err_, HasSubstr("30 days at most"));
  EXPECT_EQ(with({"--until", "2001-01-01"}), exit_failed);
  EXPECT_EQ(with({}), exit_usage);
  EXPECT_EQ(with({"--for", "1d", "--until", "2099-01-01"}), exit_usage);
  EXPECT_EQ(with({"--for", "soon"}), exit_usage);
  EXPECT_EQ(with({"--for", "1d", "--mode", "strict"}), exit_failed);
  EXPECT_THAT(configuration().exceptions, IsEmpty());
}

class EvidenceCommands : public CommandLine {
 protected:
  void SetUp() override {
    std::vector<std::pair<std::int64_t, queue::Attempt>> attempts;
    for (int i = 1; i <= 3; ++i) {
      queue::Attempt attempt;
      attempt.time = records::kNow + std::chrono::hours(i);
      attempt.account = {i == 3 ? 99 : 1};
      attempt.domain = "partner" + std::to_string(i) + ".example.com";
      attempt.peer_host = "mx.example.com";
      attempt.message = {4711};
      attempt.detail = "said \"no\", twice";
      attempts.emplace_back(i, attempt);
    }
    ASSERT_TRUE(records::open_records(folder_)->record("gw", attempts));
  }
};

TEST_F(EvidenceCommands, ListTheLatestOfTheAccountInTheOrderOfTime) {
  ASSERT_EQ(run({"evidence", "list"}), exit_ok);
  EXPECT_LT(out_.find("partner1"), out_.find("partner2"));
  EXPECT_THAT(out_, Not(HasSubstr("partner3")));  // another account's
  ASSERT_EQ(run({"evidence", "list", "--all-accounts", "--limit", "2", "--json"}), exit_ok);
  ASSERT_EQ(json().as_array().size(), 2u);
  EXPECT_EQ(json().at(1).at("domain").as_string(), "partner3.example.com");
  EXPECT_EQ(json().at(0).at("message").as_string(), base::queue_id({4711}));
}

TEST_F(EvidenceCommands, ExportAPeriodAsCsvAndJsonLines) {
  const std::string from = base::rfc3339(records::kNow + std::chrono::hours(2));
  ASSERT_EQ(run({"evidence", "export", "--csv", "--from", from}), exit_ok);
  EXPECT_THAT(out_, AllOf(::testing::StartsWith("row,time,"), HasSubstr("partner2"),
                          HasSubstr("\"said \"\"no\"\", twice\""), Not(HasSubstr("partner1"))));
  const std::string heading = out_.substr(0, out_.find('\r'));
  ASSERT_EQ(run({"evidence", "export", "--until", from}), exit_ok);
  EXPECT_EQ(std::ranges::count(out_, '\n'), 1);
  EXPECT_EQ(json().at("domain").as_string(), "partner1.example.com");
  // The columns of the one are the fields of the other.
  std::string fields;
  for (const auto& field : json().as_object()) {
    if (field.key() == "account_id") continue;
    fields += (fields.empty() ? "" : ",") + std::string(field.key());
  }
  EXPECT_THAT(base::split(heading, ','),
              ::testing::UnorderedElementsAreArray(base::split(fields, ',')));
}

TEST_F(EvidenceCommands, SayWhatAFilterCanBe) {
  EXPECT_EQ(run({"evidence", "list", "--hop", "sideways"}), exit_usage);
  EXPECT_THAT(err_, HasSubstr("gateway-to-partner"));
  EXPECT_EQ(run({"evidence", "list", "--from", "yesterday"}), exit_usage);
  EXPECT_EQ(run({"evidence", "list", "--message", "???"}), exit_usage);
  EXPECT_EQ(run({"evidence", "list", "--limit", "0"}), exit_usage);
}

TEST_F(EvidenceCommands, ForgetOldEvidenceAndLeaveANoteInTheAuditLog) {
  const std::string before = base::rfc3339(records::kNow + std::chrono::hours(2));
  ASSERT_EQ(run({"evidence", "forget", "--before", before}), exit_ok);
  EXPECT_THAT(out_, HasSubstr("1 attempts before"));
  ASSERT_EQ(run({"audit", "list"}), exit_ok);
  EXPECT_THAT(out_, HasSubstr("evidence.forget"));
}

class AuditCommands : public CommandLine {};

TEST_F(AuditCommands, ListShowExportAndVerify) {
  for (const char* domain : {"a.example.com", "b.example.com", "c.example.com"}) {
    ASSERT_EQ(run({"policy", "add", domain}), exit_ok);
  }
  ASSERT_EQ(run({"audit", "list", "--limit", "2"}), exit_ok);
  EXPECT_THAT(out_, AllOf(Not(HasSubstr("a.example.com")), HasSubstr("policy b.example.com"),
                          HasSubstr("policy.add"), HasSubstr("cli:")));
  ASSERT_EQ(run({"audit", "show", "4"}), exit_ok);
  EXPECT_THAT(out_, HasSubstr("policy c.example.com"));
  EXPECT_EQ(run({"audit", "show", "5"}), exit_failed);
  ASSERT_EQ(run({"audit", "export"}), exit_ok);
  EXPECT_EQ(std::ranges::count(out_, '\n'), 4);
  ASSERT_EQ(run({"audit", "export", "--csv"}), exit_ok);
  EXPECT_EQ(std::ranges::count(out_, '\n'), 5);
  ASSERT_EQ(run({"audit", "verify"}), exit_ok);
  EXPECT_THAT(out_, HasSubstr("intact: 4 entries"));
}

TEST_F(AuditCommands, VerifyAHeadThatWasNotedEarlier) {
  ASSERT_EQ(run({"policy", "add", "a.example.com"}), exit_ok);
  ASSERT_EQ(run({"audit", "verify", "--json"}), exit_ok);
  const std::string head(json().at("head").as_string());
  ASSERT_EQ(run({"policy", "add", "b.example.com"}), exit_ok);
  EXPECT_EQ(run({"audit", "verify", "--head", head}), exit_ok);
  EXPECT_EQ(run({"audit", "verify", "--head", std::string(64, '0')}), exit_failed);
  EXPECT_THAT(err_, HasSubstr("was rewritten since"));
}

TEST_F(AuditCommands, VerifyFailsAndNamesTheBadEntry) {
  ASSERT_EQ(run({"policy", "add", "a.example.com"}), exit_ok);
  auto database = records::Database::open(folder_.file(), 1000).value();
  ASSERT_TRUE(database->execute(
      "DROP TRIGGER audit_keeps_words; UPDATE audit SET actor = 'x' WHERE sequence = 2"));
  EXPECT_EQ(run({"audit", "verify"}), exit_failed);
  EXPECT_THAT(err_, HasSubstr("Entry 2 (policy.add, policy a.example.com)"));
  EXPECT_EQ(run({"audit", "verify", "--json"}), exit_failed);
  EXPECT_EQ(json().at("first_bad").as_int64(), 2);
}

}  // namespace
}  // namespace postern::cli
