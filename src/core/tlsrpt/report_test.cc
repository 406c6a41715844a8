#include "core/tlsrpt/report.h"

#include <gtest/gtest.h>

#include "core/tls/judge.h"
#include "core/tlsrpt/testing.h"

namespace postern::tlsrpt {
namespace {

TEST(TlsReport, IsWrittenAsTheStandardShowsIt) {
  EXPECT_EQ(
      to_json(testing::example_report()),
      R"({"organization-name":"Company-X","date-range":{"start-datetime":"2016-04-01T00:00:00Z",)"
      R"("end-datetime":"2016-04-01T23:59:59Z"},"contact-info":"sts-reporting@company-x.example",)"
      R"("report-id":"5065427c-23d3-47ca-b6e0-946ea0e8c4be","policies":[{"policy":{)"
      R"("policy-type":"sts","policy-string":["version: STSv1","mode: testing",)"
      R"("mx: *.mail.company-y.example","max_age: 86400"],"policy-domain":"company-y.example",)"
      R"("mx-host":["*.mail.company-y.example"]},"summary":{)"
      R"("total-successful-session-count":5326,"total-failure-session-count":303},)"
      R"("failure-details":[{"result-type":"certificate-expired",)"
      R"("sending-mta-ip":"2001:db8:abcd:12::1",)"
      R"("receiving-mx-hostname":"mx1.mail.company-y.example","failed-session-count":100},)"
      R"({"result-type":"starttls-not-supported","sending-mta-ip":"2001:db8:abcd:13::1",)"
      R"("receiving-mx-hostname":"mx2.mail.company-y.example","receiving-ip":"203.0.113.56",)"
      R"("failed-session-count":200,)"
      R"("additional-information":"https://reports.company-x.example/report_info"},)"
      R"({"result-type":"validation-failure","sending-mta-ip":"198.51.100.62",)"
      R"("receiving-mx-hostname":"mx-backup.mail.company-y.example",)"
      R"("receiving-ip":"203.0.113.58","failed-session-count":3,)"
      R"("failure-reason-code":"X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED"}]}]})");
}

TEST(TlsReport, LeavesOutWhatIsNotThere) {
  Report report = testing::example_report();
  PolicyResult result;
  result.policy.domain = "company-y.example";
  result.successful_sessions = 1;
  report.policies = {result};
  EXPECT_TRUE(to_json(report).ends_with(
      R"("policies":[{"policy":{"policy-type":"no-policy-found",)"
      R"("policy-domain":"company-y.example"},"summary":{"total-successful-session-count":1,)"
      R"("total-failure-session-count":0}}]})"));
}

TEST(TlsReport, HasTheFileNameOfTheStandard) {
  const auto name = [](std::string_view id, Compression compression) {
    return file_name(*dns::Domain::parse("mail.sender.example"),
                     *dns::Domain::parse("b\xC3\xBC"
                                         "cher.example"),
                     testing::example_report(), id, compression);
  };
  EXPECT_EQ(name("", Compression::gzip),
            "mail.sender.example!xn--bcher-kva.example!1459468800!1459555199.json.gz");
  EXPECT_EQ(name("a1/../\"", Compression::none),
            "mail.sender.example!xn--bcher-kva.example!1459468800!1459555199!a1.json");
}

TEST(TlsReport, KnowsItsWords) {
  for (const PolicyType type : {PolicyType::tlsa, PolicyType::sts, PolicyType::no_policy_found}) {
    EXPECT_EQ(parse_policy_type(policy_type_text(type)), type);
  }
  EXPECT_FALSE(parse_policy_type("STS"));
  EXPECT_EQ(find_result_type("tlsa-invalid")->name, "tlsa-invalid");
  EXPECT_EQ(find_result_type("certificate-sad"), nullptr);
}

// A reason of ours that counts in a report counts under a name that the standard has.
TEST(TlsReport, HasAResultTypeForEveryReasonThatCounts) {
  for (const tls::ReasonInfo& reason : tls::reasons()) {
    if (reason.result_type.empty()) continue;
    EXPECT_NE(find_result_type(reason.result_type), nullptr) << reason.code;
  }
}

TEST(TlsReport, TakesOnlyLettersAndDigitsIntoAFileName) {
  EXPECT_TRUE(file_name(*dns::Domain::parse("a.example"), *dns::Domain::parse("b.example"),
                        testing::example_report(), "aB{1}_Z[9]", Compression::none)
                  .ends_with("!aB1Z9.json"));
}

}  // namespace
}  // namespace postern::tlsrpt
