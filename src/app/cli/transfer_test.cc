// Import and export of accounts, domains, routes, senders and exceptions, as they are typed.
#include <gmock/gmock.h>

#include <fmt/format.h>

#include "app/cli/testing.h"

namespace postern::cli {
namespace {

using ::testing::AllOf;
using testing::CommandLine;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// What every group must do in the same way: its name, and a CSV that it takes.
struct Group {
  std::string name;
  std::string csv;         // two good lines
  std::string bad;         // a line more, which is refused
  std::string other;       // the first line with another setting
  std::string difference;  // the column that differs
  friend void PrintTo(const Group& group, std::ostream* out) { *out << group.name; }
};

std::string in_days(int days) {
  return base::rfc3339(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) +
                       std::chrono::days(days));
}

std::vector<Group> groups() {
  const std::string token(40, 'a');
  const std::string end = in_days(7);
  return {
      {"account", "name,title\nlondon,\"Example, London\"\nparis,Example Paris\n", "Not A Name,x\n",
       "name,title\nlondon,Another\n", "title"},
      {"domain",
       "domain,validated,validation_token,enforce_receipt\n"
       "one.example.org,no," +
           token + ",yes\ntwo.example.org,no," + token + ",no\n",
       "co.uk,no,,no\n", "domain,enforce_receipt\none.example.org,no\n", "enforce_receipt"},
      {"route",
       "domain,kind,host,port,priority,mode,name,verify_name\n"
       "corp.example.org,internal,mail.example.org,2525,10,relaxed,mail2.example.org,\n"
       "*,external,2001:db8::1,587,20,strict,,smart.example.net\n",
       "partner.example.com,internal,mail.example.com,25,10,strict,,\n",
       "domain,host,port,mode\ncorp.example.org,mail.example.org,2525,strict\n", "mode"},
      {"sender",
       "identity,kind,require_tls,note\n192.0.2.0/28,address-range,yes,\"=1+1, office\"\n" +
           std::string(64, 'b') + ",client-certificate,no,\n",
       "192.0.2.5/24,address-range,no,\n", "identity,require_tls\n192.0.2.0/28,no\n",
       "require_tls"},
      {"exception",
       "domain,mode,end,reason\npartner.example.com,relaxed," + end +
           ",their certificate lapsed\nother.example.com,opportunistic," + end + ",moving\n",
       "third.example.com,relaxed," + in_days(40) + ",too long\n",
       "domain,end,mode,reason\npartner.example.com," + end +
           ",opportunistic,their certificate lapsed\n",
       "mode"},
      {"policy", "domain,mode\npartner.example.com,relaxed\n*.gov.uk,strict\n", "co.uk,strict\n",
       "domain,mode\npartner.example.com,strict\n", "mode"},
  };
}

class Transfer : public CommandLine, public ::testing::WithParamInterface<Group> {
 protected:
  void SetUp() override {
    ASSERT_EQ(run({"domain", "add", "corp.example.org", "--already-validated"}), exit_ok) << err_;
  }
  int import(const std::string& text, std::vector<std::string> options = {}) {
    options.insert(options.begin(), {GetParam().name, "import", file(text)});
    return run(options);
  }
  std::string exported() {
    EXPECT_EQ(run({GetParam().name, "export"}), exit_ok) << err_;
    return out_;
  }
};
INSTANTIATE_TEST_SUITE_P(EveryGroup, Transfer, ::testing::ValuesIn(groups()),
                         [](const auto& info) { return info.param.name; });

TEST_P(Transfer, TakesACsvAndChangesNothingTheSecondTime) {
  ASSERT_EQ(import(GetParam().csv), exit_ok) << out_ << err_;
  EXPECT_THAT(out_, HasSubstr("2 added, 0 changed, 0 unchanged, 0 refused."));
  const auto revision = configuration().revision;
  EXPECT_EQ(import(GetParam().csv), exit_ok) << out_;
  EXPECT_THAT(out_, HasSubstr("0 added, 0 changed, 2 unchanged, 0 refused."));
  EXPECT_EQ(configuration().revision, revision);
}

TEST_P(Transfer, IsOneChange) {
  const auto revision = configuration().revision;
  ASSERT_EQ(import(GetParam().csv), exit_ok) << out_ << err_;
  EXPECT_EQ(configuration().revision, revision + 1);
}

TEST_P(Transfer, TakesWhatExportWroteAsUnchanged) {
  ASSERT_EQ(import(GetParam().csv), exit_ok) << out_ << err_;
  const std::string all = exported();
  const auto revision = configuration().revision;
  EXPECT_EQ(import(all), exit_ok) << out_ << err_;
  EXPECT_THAT(out_, HasSubstr("0 added, 0 changed, "));
  EXPECT_EQ(configuration().revision, revision);
  EXPECT_EQ(exported(), all);
}

TEST_P(Transfer, ChangesNothingUnderDryRun) {
  const auto revision = configuration().revision;
  EXPECT_EQ(import(GetParam().csv, {"--dry-run"}), exit_ok) << out_ << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("Would Be Added"),
                          HasSubstr("Nothing was changed. It would be: 2 added, 0 changed")));
  EXPECT_EQ(configuration().revision, revision);
}

TEST_P(Transfer, TakesTheGoodLinesBesideABadOne) {
  EXPECT_EQ(import(GetParam().csv + GetParam().bad, {"--json"}), exit_partly) << out_ << err_;
  const auto lines = json().as_array();
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines.at(0).at("verdict").as_string(), "Added");
  EXPECT_EQ(lines.at(1).at("verdict").as_string(), "Added");
  EXPECT_EQ(lines.at(2).at("line").as_int64(), 4);
  EXPECT_TRUE(lines.at(2).at("refused").as_bool());
  EXPECT_FALSE(lines.at(2).at("reason").as_string().empty());
  EXPECT_EQ(import(GetParam().csv), exit_ok);
  EXPECT_THAT(out_, HasSubstr("2 unchanged"));
}

TEST_P(Transfer, ReadsOnAfterALineThatIsNoCsv) {
  const auto heading = GetParam().csv.find('\n') + 1;
  std::string text = GetParam().csv;
  text.insert(heading, "\"open\n");
  EXPECT_EQ(import(text), exit_partly) << out_ << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("A quote is opened and never closed."),
                          HasSubstr("2 added, 0 changed, 0 unchanged, 1 refused.")));
}

TEST_P(Transfer, ChangesOtherSettingsOnlyWhenAsked) {
  ASSERT_EQ(import(GetParam().csv), exit_ok) << out_ << err_;
  const std::string before = exported();
  EXPECT_EQ(import(GetParam().other), exit_failed);
  EXPECT_THAT(out_, AllOf(HasSubstr("(" + GetParam().difference + ")"), HasSubstr("--update")));
  EXPECT_EQ(exported(), before);
  EXPECT_EQ(import(GetParam().other, {"--update"}), exit_ok) << out_;
  EXPECT_THAT(out_, HasSubstr("0 added, 1 changed"));
  EXPECT_NE(exported(), before);
}

TEST_P(Transfer, RefusesTheSecondLineAboutTheSame) {
  EXPECT_EQ(import(GetParam().csv + GetParam().csv.substr(GetParam().csv.find('\n') + 1)),
            exit_partly);
  EXPECT_THAT(out_, AllOf(HasSubstr("Line 2 names it already."), HasSubstr("2 added")));
}

TEST_P(Transfer, RefusesAColumnItDoesNotKnow) {
  const std::string column = GetParam().csv.substr(0, GetParam().csv.find(','));
  EXPECT_EQ(import(column + ",colour\nx,red\n"), exit_failed);
  EXPECT_THAT(err_, AllOf(HasSubstr("\"colour\""), HasSubstr("export shows the columns")));
}

TEST_P(Transfer, ExportsTheSameAsJson) {
  ASSERT_EQ(import(GetParam().csv), exit_ok) << out_ << err_;
  ASSERT_EQ(run({GetParam().name, "list", "--json"}), exit_ok);
  const auto listed = json();
  ASSERT_EQ(run({GetParam().name, "export", "--json"}), exit_ok);
  EXPECT_EQ(json(), listed);
}

// --- what each group has of its own --------------------------------------------------------------

class AccountTransfer : public CommandLine {};

TEST_F(AccountTransfer, TakesAPlainListOfNamesAndCarriesAPrivateCa) {
  const std::string pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  ASSERT_EQ(run({"account", "import", file("# ours\nlondon\nparis\n")}), exit_ok) << out_ << err_;
  ASSERT_EQ(run({"account", "set", "paris", "--ca-file", file(pem)}), exit_ok) << err_;
  ASSERT_EQ(run({"account", "export"}), exit_ok);
  const std::string all = out_;
  ASSERT_EQ(run({"account", "remove", "paris"}), exit_ok) << err_;
  ASSERT_EQ(run({"account", "import", file(all)}), exit_ok) << out_ << err_;
  EXPECT_THAT(out_, HasSubstr("1 added, 0 changed, 2 unchanged"));
  EXPECT_EQ(configuration().accounts.back().ca_bundle, pem);
}

TEST_F(AccountTransfer, TakesAPrivateCaAwayWhereACellSaysSo) {
  const std::string pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  ASSERT_EQ(run({"account", "import", file("london\n")}), exit_ok) << out_ << err_;
  ASSERT_EQ(run({"account", "set", "london", "--ca-file", file(pem)}), exit_ok) << err_;
  ASSERT_EQ(run({"account", "import", "--update", file("name,ca_bundle\nlondon,\n")}), exit_ok);
  EXPECT_EQ(configuration().accounts.back().ca_bundle, pem);
  ASSERT_EQ(run({"account", "import", "--update", file("name,ca_bundle\nlondon,-\n")}), exit_ok)
      << out_ << err_;
  EXPECT_EQ(configuration().accounts.back().ca_bundle, "");
}

class DomainTransfer : public CommandLine {};

TEST_F(DomainTransfer, TakesAPlainListAndSaysWhatToPublish) {
  ASSERT_EQ(run({"domain", "import", "-", "--enforce-receipt", "yes"},
                "one.example.org\n\n# more\ntwo.example.org\n"),
            exit_ok)
      << out_ << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("Publish _postern.one.example.org TXT"),
                          HasSubstr("postern domain validate one.example.org")));
  const auto domains = configuration().domains;
  ASSERT_THAT(domains, SizeIs(2));
  EXPECT_FALSE(domains[0].validated);
  EXPECT_TRUE(domains[0].enforce_receipt);
  EXPECT_NE(domains[0].validation_token, domains[1].validation_token);
}

TEST_F(DomainTransfer, TakesNoDomainAsValidatedOnTheWordOfAFile) {
  const std::string csv = "domain,validated\none.example.org,yes\ntwo.example.org,no\n";
  ASSERT_EQ(run({"domain", "import", file(csv)}), exit_ok) << out_;
  EXPECT_FALSE(configuration().domains.at(0).validated);
  EXPECT_EQ(run({"domain", "import", file(csv), "--already-validated", "--update"}), exit_ok);
  EXPECT_TRUE(configuration().domains.at(0).validated);
  EXPECT_FALSE(configuration().domains.at(1).validated);
}

TEST_F(DomainTransfer, NeverTakesAProofAway) {
  ASSERT_EQ(run({"domain", "add", "one.example.org", "--already-validated"}), exit_ok);
  EXPECT_EQ(run({"domain", "import", "-", "--update"}, "domain,validated\none.example.org,no\n"),
            exit_ok);
  EXPECT_TRUE(configuration().domains.at(0).validated);
}

TEST_F(DomainTransfer, KeepsTheTokenSoThatThePublishedRecordProvesItElsewhere) {
  ASSERT_EQ(run({"domain", "add", "one.example.org"}), exit_ok);
  const std::string token = configuration().domains.at(0).validation_token;
  ASSERT_EQ(run({"domain", "export"}), exit_ok);
  const std::string all = out_;
  ASSERT_EQ(run({"domain", "remove", "one.example.org"}), exit_ok) << err_;
  ASSERT_EQ(run({"domain", "import", file(all)}), exit_ok) << out_;
  EXPECT_EQ(configuration().domains.at(0).validation_token, token);
  EXPECT_EQ(run({"domain", "import", "-"}, "domain,validation_token\nx.example.org,short\n"),
            exit_failed);
  EXPECT_THAT(out_, HasSubstr("32 to 128 letters and digits"));
}

TEST_F(DomainTransfer, ShowsOneDomain) {
  ASSERT_EQ(run({"domain", "add", "one.example.org"}), exit_ok);
  ASSERT_EQ(run({"domain", "show", "one.example.org"}), exit_ok);
  EXPECT_THAT(out_, AllOf(HasSubstr("validated          no"), HasSubstr("Publish _postern.")));
  ASSERT_EQ(run({"domain", "show", "ONE.example.org.", "--json"}), exit_ok);
  EXPECT_EQ(json().at("publish").at("name").as_string(), "_postern.one.example.org");
  EXPECT_EQ(run({"domain", "show", "two.example.org"}), exit_failed);
  EXPECT_THAT(err_, HasSubstr("postern domain add two.example.org"));
}

class RouteTransfer : public CommandLine {
 protected:
  void SetUp() override {
    ASSERT_EQ(
        run({"domain", "import", "-", "--already-validated"}, "a.example.org\nb.example.org\n"),
        exit_ok);
  }
  int add_with_password() {
    return run({"route", "add", "*", "--host", "smart.example.net", "--port", "587", "--user",
                "gateway", "--password-file", "-"},
               "swordfish\n");
  }
};

TEST_F(RouteTransfer, SendsAPlainListOfDomainsToOneHost) {
  ASSERT_EQ(run({"route", "import", "-", "--host", "mail.example.org", "--mode", "strict"},
                "a.example.org\nb.example.org\n"),
            exit_ok)
      << out_ << err_;
  const auto routes = configuration().internal_routes;
  ASSERT_THAT(routes, SizeIs(2));
  EXPECT_EQ(routes[1].host, "mail.example.org");
  EXPECT_EQ(routes[1].mode, tls::Mode::strict);
}

TEST_F(RouteTransfer, ExportsNoPasswordAndKeepsTheOneThatIsThere) {
  ASSERT_EQ(add_with_password(), exit_ok) << err_;
  ASSERT_EQ(run({"route", "export"}), exit_ok);
  const std::string all = out_;
  EXPECT_THAT(all, AllOf(HasSubstr("gateway,yes"), Not(HasSubstr("swordfish"))));
  std::string strict = all;
  strict.replace(strict.find("opportunistic"), 13, "strict");
  ASSERT_EQ(run({"route", "import", file(strict), "--update"}), exit_ok) << out_ << err_;
  const auto route = configuration().external_routes.at(0);
  EXPECT_EQ(route.mode, tls::Mode::strict);
  EXPECT_EQ(route.login->password, "swordfish");
}

TEST_F(RouteTransfer, RefusesALoginWhosePasswordItDoesNotHave) {
  ASSERT_EQ(add_with_password(), exit_ok) << err_;
  ASSERT_EQ(run({"route", "export"}), exit_ok);
  const std::string all = out_;
  ASSERT_EQ(run({"route", "remove", std::to_string(configuration().external_routes[0].id.value)}),
            exit_ok);
  EXPECT_EQ(run({"route", "import", file(all)}), exit_failed);
  EXPECT_THAT(out_, HasSubstr("postern route add '*' --host smart.example.net --port 587 --user "
                              "gateway --password-file FILE"));
  ASSERT_EQ(add_with_password(), exit_ok);
  EXPECT_EQ(run({"route", "import", file(all)}), exit_ok);
  EXPECT_THAT(out_, HasSubstr("1 unchanged"));
}

TEST_F(RouteTransfer, RefusesWhatTheOtherSortOfRouteHas) {
  EXPECT_EQ(run({"route", "import", "-"},
                "domain,kind,host,name,verify_name\n"
                "a.example.org,external,mail.example.org,,\n"
                "a.example.org,,mail.example.org,,x.example.org\n"
                "p.example.com,,mail.example.com,x.example.com,\n"
                "p.example.com,,,,\n"),
            exit_failed);
  EXPECT_THAT(out_, AllOf(HasSubstr("leave the kind out"),
                          HasSubstr("verify_name and consult_published are for external routes"),
                          HasSubstr("name is for internal routes"),
                          HasSubstr("neither a host name nor an address")));
}

TEST_F(RouteTransfer, ShowsOneRoute) {
  ASSERT_EQ(run({"route", "add", "a.example.org", "--host", "mail.example.org", "--json"}),
            exit_ok);
  const std::string id = std::to_string(json().at("id").as_int64());
  ASSERT_EQ(run({"route", "show", id}), exit_ok);
  EXPECT_THAT(out_, AllOf(HasSubstr("a.example.org to mail.example.org:25"),
                          HasSubstr("mode               opportunistic")));
  ASSERT_EQ(run({"route", "show", id, "--json"}), exit_ok);
  EXPECT_EQ(json().at("kind").as_string(), "internal");
  EXPECT_EQ(run({"route", "show", "4711"}), exit_failed);
  EXPECT_THAT(err_, HasSubstr("postern route list"));
}

class SenderTransfer : public CommandLine {};

TEST_F(SenderTransfer, TakesAPlainListOfRanges) {
  ASSERT_EQ(run({"sender", "import", "-", "--require-tls", "yes", "--note", "office"},
                "192.0.2.0/28\n2001:db8::/48\n203.0.113.7\n"),
            exit_ok)
      << out_ << err_;
  const auto senders = configuration().senders;
  ASSERT_THAT(senders, SizeIs(3));
  EXPECT_TRUE(senders[2].require_tls);
  EXPECT_EQ(senders[2].note, "office");
}

TEST_F(SenderTransfer, ExportsNoPasswordAndKeepsTheOneThatIsThere) {
  ASSERT_EQ(run({"sender", "add", "--user", "app", "--password-file", "-"}, "swordfish\n"),
            exit_ok);
  const std::string hash = configuration().senders.at(0).password_hash;
  ASSERT_EQ(run({"sender", "export"}), exit_ok);
  const std::string all = out_;
  EXPECT_THAT(all, AllOf(HasSubstr("app,credentials,no,,yes"), Not(HasSubstr("argon2"))));
  ASSERT_EQ(run({"sender", "import", "-", "--update"},
                "identity,kind,note\napp,credentials,the billing program\n"),
            exit_ok)
      << out_;
  EXPECT_EQ(configuration().senders.at(0).note, "the billing program");
  EXPECT_EQ(configuration().senders.at(0).password_hash, hash);
}

TEST_F(SenderTransfer, RefusesANewUserWithoutAPasswordAndSaysHowToAddOne) {
  EXPECT_EQ(run({"sender", "import", "-"},
                "identity,kind,has_password\napp,credentials,yes\n192.0.2.1,,no\n"),
            exit_partly);
  EXPECT_THAT(out_, AllOf(HasSubstr("postern sender add --user app --password-file FILE"),
                          HasSubstr("1 added, 0 changed, 0 unchanged, 1 refused.")));
}

TEST_F(SenderTransfer, ShowsOneSender) {
  ASSERT_EQ(run({"sender", "add", "--range", "192.0.2.0/28", "--json"}), exit_ok);
  const std::string id = std::to_string(json().at("id").as_int64());
  ASSERT_EQ(run({"sender", "show", id}), exit_ok);
  EXPECT_THAT(out_,
              AllOf(HasSubstr("192.0.2.0/28"), HasSubstr("kind               address-range")));
  ASSERT_EQ(run({"sender", "show", id, "--json"}), exit_ok);
  EXPECT_EQ(json().at("identity").as_string(), "192.0.2.0/28");
  EXPECT_EQ(run({"sender", "show", "4711"}), exit_failed);
  EXPECT_THAT(err_, HasSubstr("postern sender list"));
}

class ExceptionTransfer : public CommandLine {};

TEST_F(ExceptionTransfer, TakesAPlainListWithOneReasonAndEnd) {
  ASSERT_EQ(run({"exception", "import", "-", "--reason", "moving", "--end", in_days(3)},
                "a.example.com\nb.example.com\n"),
            exit_ok)
      << out_ << err_;
  EXPECT_THAT(configuration().exceptions, SizeIs(2));
}

TEST_F(ExceptionTransfer, MakesTheOneWhoImportsTheAuthor) {
  ASSERT_EQ(run({"exception", "import", "-"}, "domain,end,reason,author,created\na.example.com," +
                                                  in_days(29) + ",moving,somebody else," +
                                                  in_days(20) + "\n"),
            exit_ok)
      << out_;
  EXPECT_THAT(configuration().exceptions.at(0).author, ::testing::StartsWith("cli:"));
  EXPECT_LE(configuration().exceptions.at(0).created, std::chrono::system_clock::now());
}

TEST_F(ExceptionTransfer, RefusesOneThatEndedOrNeverEndsOrHasNoReason) {
  EXPECT_EQ(run({"exception", "import", "-"},
                "domain,end,reason\na.example.com,2001-01-01,moving\nb.example.com,,moving\n"
                "c.example.com," +
                    in_days(3) + ",\nd.example.com,soon,moving\n"),
            exit_failed);
  EXPECT_THAT(out_,
              AllOf(HasSubstr("It ended 2001-01-01T00:00:00Z already"), HasSubstr("It has no end"),
                    HasSubstr("needs a reason"), HasSubstr("\"soon\" is not a time")));
  EXPECT_THAT(configuration().exceptions, IsEmpty());
}

}  // namespace
}  // namespace postern::cli
