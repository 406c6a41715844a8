#include "core/lint/lint.h"

#include <gmock/gmock.h>

#include "core/lint/txt_input.h"
#include "core/tlsrpt/testing.h"

namespace postern::lint {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kDigest = "8cb0fc6c527506a053f4f14c8464bebbd6dede2738d11468dd953d7d6a3021f1";

std::vector<TxtInput> inputs(std::string_view text) {
  std::vector<base::Finding> findings;
  auto found = read_txt_input(text, findings);
  EXPECT_THAT(findings, IsEmpty()) << text;
  return found;
}
std::string complaint(std::string_view text) {
  std::vector<base::Finding> findings;
  (void)read_txt_input(text, findings);
  return findings.empty() ? "none" : base::sentence(findings.front());
}

TEST(TxtInput, ReadsARecordInEveryFormAPersonHasIt) {
  for (const char* text :
       {"v=STSv1; id=1;", "v=STSv1; id=1;\n", "v=STSv1; id=1;\r\n", "\n\nv=STSv1; id=1;\n\n",
        "\"v=STSv1; id=1;\"", "\"v=STSv1; \" \"id=1;\"\n", "\"v=STSv1\\; id\\0611;\" ; a comment\n",
        "TXT \"v=STSv1; id=1;\"", "_mta-sts.example.com. 300 IN TXT \"v=STSv1; id=1;\"\r\n",
        "_mta-sts\tTXT\t( \"v=STSv1; \" ; first\n\t\"id=1;\" )\n"}) {
    const auto found = inputs(text);
    ASSERT_EQ(found.size(), 1U) << text;
    EXPECT_EQ(found[0].text, "v=STSv1; id=1;") << text;
  }
  EXPECT_EQ(inputs("_mta-sts.example.com. 300 IN TXT \"x\"")[0].owner, "_mta-sts.example.com.");
  EXPECT_EQ(inputs("300 IN TXT \"x\"")[0].owner, "");
}

TEST(TxtInput, ReadsSeveralOfOneName) {
  const auto found = inputs("\"v=spf1 -all\"\n\n\"v=STSv1; id=1\"\nother text\n");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[1].line, 3);
  EXPECT_EQ(found[2].text, "other text");
}

TEST(TxtInput, KeepsWhiteSpaceThatBelongsToTheRecord) {
  EXPECT_EQ(inputs(" v=STSv1; id=1 \n")[0].text, " v=STSv1; id=1 ");
  EXPECT_EQ(inputs("\" v=STSv1 \"")[0].text, " v=STSv1 ");
}

TEST(TxtInput, NamesTheMistakesOfZoneFiles) {
  EXPECT_THAT(complaint("_mta-sts TXT v=STSv1; id=1"), HasSubstr("in quotation marks"));
  EXPECT_THAT(complaint("\"v=STSv1; id=1"), HasSubstr("not closed"));
  EXPECT_THAT(complaint("\"v=STSv1;\" id=1"), HasSubstr("outside the quotation marks"));
  EXPECT_THAT(complaint("id=1 \"v=STSv1;\""), HasSubstr("no TXT record"));
  EXPECT_THAT(complaint("\"" + std::string(256, 'x') + "\""), HasSubstr("at most 255"));
  std::string many;
  for (int i = 0; i < 101; ++i) many += "\"x\"\n";
  EXPECT_THAT(complaint(many), HasSubstr("more than 100"));
}

TEST(TxtInput, TakesNoClassForTheOwner) {
  EXPECT_EQ(inputs("IN TXT \"x\"")[0].owner, "");
  EXPECT_EQ(inputs("txt \"x\"")[0].owner, "");
}

TEST(TxtInput, UndoesEscapesAndKeepsWhatIsNone) {
  EXPECT_EQ(inputs(R"("a\"b\065\\")")[0].text, "a\"bA\\");
  EXPECT_EQ(inputs(R"("\0" "\06:" "\0x5" "\x")")[0].text, "006:0x5x")
      << "no three digits: the next one";
  EXPECT_THAT(complaint("\"a\\"), HasSubstr("not closed"));
}

TEST(TxtInput, ReadsARecordOverSeveralLinesInParentheses) {
  const auto found = inputs("\"a\" (\n\"b\"\n \"c\" ) ; end\n\"d\"\n");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].text, "abc");
  EXPECT_EQ(found[1].line, 4);
}

TEST(TxtInput, LetsNoStringRunOverItsLine) {
  EXPECT_THAT(complaint("\"a\nb\""), HasSubstr("not closed"));
}

TEST(TxtInput, StopsAtTheFirstMistake) {
  std::vector<base::Finding> findings;
  (void)read_txt_input("\"a\" b\n\"c\" d\n", findings);
  EXPECT_EQ(findings.size(), 1U);
}

TEST(Lint, ExplainsAnStsRecord) {
  const Page page = sts_record("_mta-sts.example.com. IN TXT \"v=STSv1; id=abc\"");
  EXPECT_TRUE(page.valid);
  EXPECT_THAT(page.findings, IsEmpty());
  EXPECT_THAT(text(page), HasSubstr("https://mta-sts.example.com/.well-known/mta-sts.txt"));
  EXPECT_EQ(page.value, R"({"id":"abc"})");
}

TEST(Lint, TakesTheRecordsOfANameTogether) {
  EXPECT_TRUE(sts_record("\"v=spf1 -all\"\n\"v=STSv1; id=abc\"").valid);
  EXPECT_FALSE(sts_record("\"v=STSv1; id=a\"\n\"v=STSv1; id=b\"").valid);
  EXPECT_FALSE(sts_record("\"v=spf1 -all\"\n\"v=DMARC1\"").valid);
  EXPECT_FALSE(sts_record("").valid);
}

TEST(Lint, NamesARecordAtTheWrongPlace) {
  const Page page = sts_record("mta-sts.example.com. IN TXT \"v=STSv1; id=abc\"");
  EXPECT_FALSE(page.valid);
  EXPECT_THAT(text(page), HasSubstr("Its name is _mta-sts.<domain>."));
  EXPECT_TRUE(tlsrpt_record("_SMTP._TLS IN TXT \"v=TLSRPTv1; rua=mailto:a@b.example\"").valid);
}

TEST(Lint, ExplainsAPolicy) {
  const Page page = sts_policy(
      "version: STSv1\nmode: enforce\nmx: mx.example.com\nmx: *.example.net\nmax_age: 1209600\n");
  EXPECT_TRUE(page.valid);
  EXPECT_THAT(page.findings, IsEmpty());
  EXPECT_THAT(text(page), HasSubstr("exactly one label below example.net"));
  EXPECT_THAT(text(page), HasSubstr("for 14d after"));
  EXPECT_EQ(page.value,
            R"({"mode":"enforce","mx":["mx.example.com","*.example.net"],"max_age":1209600})");
}

TEST(Lint, ExplainsEveryModeOfAPolicy) {
  const auto shown = [](const std::string& mode) {
    return text(
        sts_policy("version: STSv1\nmode: " + mode + "\nmx: mx.a.example\nmax_age: 604800\n"));
  };
  EXPECT_THAT(shown("testing"), HasSubstr("report what fails, and deliver all the same"));
  EXPECT_THAT(shown("none"), HasSubstr("the domain has no policy any more"));
}

TEST(Lint, ExplainsWhereReportsGo) {
  const Page page = tlsrpt_record(
      "_smtp._tls.example.com IN TXT \"v=TLSRPTv1; rua=mailto:a@b.example,https://c.example/x\"");
  EXPECT_TRUE(page.valid);
  EXPECT_THAT(text(page), HasSubstr("by mail to a@b.example"));
  EXPECT_THAT(text(page), HasSubstr("by HTTPS POST to https://c.example/x"));
  EXPECT_EQ(page.value, R"({"destinations":[{"kind":"mailto","uri":"mailto:a@b.example"},)"
                        R"({"kind":"https","uri":"https://c.example/x"}]})");
}

TEST(Lint, NamesTheDomainOfARecordWithAndWithoutItsDot) {
  for (const char* owner : {"_mta-sts.example.com", "_mta-sts.example.com."}) {
    EXPECT_THAT(text(sts_record(std::string(owner) + " TXT \"v=STSv1; id=a\"")),
                HasSubstr("https://mta-sts.example.com/"));
  }
}

TEST(Lint, ExplainsNoRecordThatDoesNotCount) {
  for (const char* record : {"\"v=TLSRPTv1; rua=mailto:a@b.example", "v=TLSRPTv1; rua="}) {
    const Page page = tlsrpt_record(record);
    EXPECT_FALSE(page.valid) << record;
    EXPECT_THAT(page.meaning, IsEmpty()) << record;
  }
}

TEST(Lint, ListsSoManyHostsAndNoMore) {
  std::string policy = "version: STSv1\nmode: enforce\nmax_age: 1209600\n";
  for (int i = 0; i < 60; ++i) policy += "mx: mx" + std::to_string(i) + ".example.com\n";
  EXPECT_THAT(text(sts_policy(policy)), HasSubstr("and 10 more."));
}

TEST(Lint, ExplainsTlsaRecords) {
  const std::string digest = kDigest;
  const Page page = tlsa("_25._tcp.mx.example.com. IN TLSA 3 1 1 " + digest);
  EXPECT_TRUE(page.valid);
  EXPECT_THAT(page.findings, IsEmpty());
  EXPECT_THAT(text(page), HasSubstr("DANE-EE"));
  EXPECT_THAT(page.value, HasSubstr("\"usable\":true"));
  EXPECT_THAT(text(tlsa("3 0 1 " + digest)), HasSubstr("each renewal needs a new record"));
  EXPECT_THAT(text(tlsa("2 1 1 " + digest)), HasSubstr("along with its own"));
  EXPECT_THAT(text(tlsa("3 1 2 " + digest + digest)), HasSubstr("SHA-512"));
  EXPECT_THAT(text(tlsa("_443._tcp.a. TLSA 3 1 1 " + digest)), HasSubstr("_25._tcp.<MX host>"));
}

TEST(Lint, WantsATlsaRecordThatSendersOfMailCanUse) {
  const std::string digest = kDigest;
  const Page page = tlsa("1 1 1 " + digest);
  EXPECT_FALSE(page.valid);
  EXPECT_THAT(text(page), HasSubstr("usage 3 says the same"));
  EXPECT_THAT(text(page), HasSubstr("can use none of it"));
  EXPECT_TRUE(tlsa("1 1 1 " + digest + "\n3 1 1 " + digest).valid);
  EXPECT_THAT(text(tlsa("3 1 0 " + digest)), HasSubstr("length of a digest"));
  EXPECT_THAT(text(tlsa("3 1 0 " + digest.substr(0, 40))), HasSubstr("SHA-1"));
}

TEST(Lint, SaysWhatToPublishInsteadOfATlsaRecordThatSendersSkip) {
  const std::string digest = kDigest;
  EXPECT_THAT(text(tlsa("0 0 1 " + digest)), HasSubstr("usage 2 says the same of an authority"));
  EXPECT_THAT(text(tlsa("3 1 0 " + digest + digest)), HasSubstr("length of a digest"));
  for (const char* odd : {"9 1 1 ", "3 9 1 ", "9 1 0 00"}) {
    EXPECT_THAT(text(tlsa(odd + digest)), HasSubstr("publish usage 3, selector 1")) << odd;
  }
}

TEST(Lint, AdvisesAgainstWholeCertificatesInTlsaRecords) {
  const Page page = tlsa("3 0 0 3003020101");  // DER, as far as the frame goes
  EXPECT_TRUE(page.valid);
  EXPECT_THAT(text(page), HasSubstr("Whole data makes a large answer"));
}

TEST(Lint, KnowsTheOwnerOfATlsaRecordByItsWholeLabels) {
  const std::string rest = " IN TLSA 3 1 1 " + std::string(kDigest);
  EXPECT_THAT(tlsa("_25._tcp" + rest).findings, IsEmpty()) << "relative to the host's zone";
  EXPECT_THAT(tlsa("_25._TCP.mx.example.com." + rest).findings, IsEmpty());
  EXPECT_THAT(text(tlsa("_25._tcpx.mx.example.com." + rest)), HasSubstr("senders of mail ask for"));
}

TEST(Lint, SaysWhyTlsaRecordsCannotBeRead) {
  const Page page = tlsa("3 1 1 xx");
  EXPECT_FALSE(page.valid);
  EXPECT_THAT(text(page), HasSubstr("no hexadecimal digit"));
  EXPECT_EQ(tlsa("3 1 1 " + std::string(kDigest) + "\n2 1 1 " + kDigest).title,
            "set of TLSA records");
}

TEST(Lint, ExplainsAReport) {
  const Page page = report({tlsrpt::testing::example_report(), {}});
  EXPECT_TRUE(page.valid);
  const std::string shown = text(page);
  EXPECT_THAT(shown, HasSubstr("Company-X reports what it saw from 2016-04-01T00:00:00Z"));
  EXPECT_THAT(shown, HasSubstr("by its MTA-STS policy: 5326 sessions went well, 303 failed."));
  EXPECT_THAT(shown, HasSubstr("- 200 sessions: starttls-not-supported, at mx2"));
  EXPECT_LT(shown.find("- 200 sessions"), shown.find("- 100 sessions"));
}

TEST(Lint, SaysThatAReportCannotBeRead) {
  const Page page = report({std::nullopt, {{base::Severity::error, "", "It is no JSON.", ""}}});
  EXPECT_FALSE(page.valid);
  EXPECT_THAT(page.value, IsEmpty());
  EXPECT_THAT(text(page), HasSubstr("It is no JSON."));
}

TEST(Lint, ExplainsWhatAReportWasHeldAgainst) {
  tlsrpt::Report all = tlsrpt::testing::example_report();
  all.organization.clear();
  all.policies[0].policy.type = tlsrpt::PolicyType::tlsa;
  all.policies[0].successful_sessions = 1;
  all.policies.push_back(all.policies[0]);
  all.policies[1].policy.type = tlsrpt::PolicyType::no_policy_found;
  const std::string shown = text(report({all, {}}));
  EXPECT_THAT(shown, HasSubstr("Somebody without a name reports"));
  EXPECT_THAT(shown, HasSubstr("by its TLSA records (DANE): 1 session went well"));
  EXPECT_THAT(shown, HasSubstr("without any policy: 1 session went well"));
}

TEST(Lint, ShowsAResultThatTheStandardDoesNotKnowWithoutAMeaning) {
  tlsrpt::Report all = tlsrpt::testing::example_report();
  all.policies[0].failures = {{{.result_type = "made-up"}, 5}, {{.result_type = ""}, 5}};
  const std::string shown = text(report({all, {}}));
  EXPECT_THAT(shown, HasSubstr("- 5 sessions: made-up\n"));
  EXPECT_THAT(shown, HasSubstr("- 5 sessions: (no result)\n"));
  EXPECT_LT(shown.find("(no result)"), shown.find("made-up")) << "equal counts: by their words";
}

TEST(Lint, ShowsSoMuchOfAReportAndNoMore) {
  tlsrpt::Report all = tlsrpt::testing::example_report();
  tlsrpt::PolicyResult& first = all.policies[0];
  first.failures.assign(25, {{.result_type = "certificate-expired"}, 1});
  all.policies.resize(53, first);
  const std::string shown = text(report({all, {}}));
  EXPECT_THAT(shown, HasSubstr("- and 5 rows more."));
  EXPECT_THAT(shown, HasSubstr("And 3 policies more."));
}

TEST(Lint, WritesTheJsonOfWhatIsValid) {
  base::JsonWriter json;
  write_json(json, tlsrpt_record("v=TLSRPTv1; rua=mailto:a@b.example"));
  EXPECT_EQ(std::move(json).take(),
            R"({"kind":"tlsrpt-record","valid":true,"meaning":["Senders report once a day how TLS )"
            R"(went when they sent mail to this domain:","by mail to a@b.example"],"findings":[],)"
            R"("value":{"destinations":[{"kind":"mailto","uri":"mailto:a@b.example"}]}})");
}

TEST(Lint, WritesJson) {
  base::JsonWriter json;
  write_json(json, sts_policy("mode: none\n"));
  EXPECT_EQ(
      std::move(json).take(),
      R"({"kind":"sts-policy","valid":false,"meaning":[],"findings":[{"severity":"error",)"
      R"("place":"","text":"The policy has no version.",)"
      R"("remedy":"Add a line such as \"version: STSv1\"."},{"severity":"error","place":"",)"
      R"("text":"The policy has no max_age.","remedy":"Add a line such as \"max_age: 604800\"."}],)"
      R"("value":null})");
}

}  // namespace
}  // namespace postern::lint
